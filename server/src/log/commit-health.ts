import { CommitLatency } from './commit-latency.js';

/** With the gathering window this stays well below the 100 ms after which nothing that was seen may be lost. */
export const SLOW_COMMIT_MS = 80;
const QUICK_COMMITS_IN_A_ROW = 25;
/** A commit that takes longer may take for ever: the database is away. */
const STALLED_MS = 2_000;
/** One that takes longer does so for another reason than much work. */
const HUNG_MS = 8_000;

/** Whether the database takes what is written: quickly, late, or not at all. */
export class CommitHealth {
  readonly #waitingMs: () => number;
  readonly #latency = new CommitLatency({ slowMs: SLOW_COMMIT_MS, quickInARow: QUICK_COMMITS_IN_A_ROW });
  #failures = 0;
  #lastFailure: Error | undefined;

  /** `waitingMs` tells how long the oldest update has waited for its commit; 0 where none waits. */
  constructor(waitingMs: () => number) {
    this.#waitingMs = waitingMs;
  }

  /** Commits that failed since the last that did not. */
  get failures(): number {
    return this.#failures;
  }

  /** Whether commits come so quickly that what is shown now is stored a moment later. */
  get isQuick(): boolean {
    return this.#latency.isQuick(this.#waitingMs());
  }

  /** Whether commits fail, or one has been under way for long: nobody knows when what is written now will be stored. */
  get isAway(): boolean {
    return this.#failures > 0 || this.#waitingMs() > STALLED_MS;
  }

  /** Why nothing is committed for now; undefined while all is well. */
  get trouble(): Error | undefined {
    if (this.#failures > 0) return this.#lastFailure;
    const waitingMs = this.#waitingMs();
    return waitingMs > HUNG_MS
      ? new Error(`A commit has been under way for ${Math.round(waitingMs / 1000)} s`)
      : undefined;
  }

  /** `tookMs` is from its oldest update on. */
  committed(tookMs: number): void {
    this.#failures = 0;
    this.#latency.committed(tookMs);
  }

  failed(error: unknown): void {
    this.#failures++;
    this.#lastFailure = error instanceof Error ? error : new Error(String(error));
  }
}
