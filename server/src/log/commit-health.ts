import { CommitLatency } from './commit-latency.js';

/**
 * With the gathering window this stays well below 100 ms, the time after which an edit that others saw must survive a
 * crash (LOG-10).
 */
export const SLOW_COMMIT_MS = 80;
const QUICK_COMMITS_IN_A_ROW = 25;
/** A commit that takes longer may never end: the database counts as away. */
const STALLED_MS = 2_000;
/** A commit that takes longer does so for another reason than load. */
const HUNG_MS = 8_000;

/** Tracks whether the database commits quickly, slowly or not at all. */
export class CommitHealth {
  readonly #waitingMs: () => number;
  readonly #latency = new CommitLatency({ slowMs: SLOW_COMMIT_MS, quickInARow: QUICK_COMMITS_IN_A_ROW });
  #failures = 0;
  #lastFailure: Error | undefined;

  /** `waitingMs` returns how long the oldest update has waited for its commit; 0 if none waits. */
  constructor(waitingMs: () => number) {
    this.#waitingMs = waitingMs;
  }

  /** Failed commits since the last successful one. */
  get failures(): number {
    return this.#failures;
  }

  /** Whether commits are so fast that an update that is shown now is stored a moment later. */
  get isQuick(): boolean {
    return this.#latency.isQuick(this.#waitingMs());
  }

  /**
   * Whether commits fail or one has been running for long, so that nobody can tell when a new update will be stored.
   */
  get isAway(): boolean {
    return this.#failures > 0 || this.#waitingMs() > STALLED_MS;
  }

  /** Why nothing is committed at present; undefined if commits succeed. */
  get trouble(): Error | undefined {
    if (this.#failures > 0) return this.#lastFailure;
    const waitingMs = this.#waitingMs();
    return waitingMs > HUNG_MS
      ? new Error(`A commit has been under way for ${Math.round(waitingMs / 1000)} s`)
      : undefined;
  }

  /** `tookMs` counts from the arrival of the oldest update of the commit. */
  committed(tookMs: number): void {
    this.#failures = 0;
    this.#latency.committed(tookMs);
  }

  failed(error: unknown): void {
    this.#failures++;
    this.#lastFailure = error instanceof Error ? error : new Error(String(error));
  }
}
