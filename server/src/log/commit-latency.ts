export interface CommitLatencyOptions {
  /** A commit is slow if it took longer, measured from the arrival of its oldest update. */
  readonly slowMs: number;
  /** Number of consecutive commits within `slowMs` after which the log counts as quick again. */
  readonly quickInARow: number;
}

/** Tracks whether commits are so fast that an update that is shown before its commit is stored a moment later. */
export class CommitLatency {
  readonly #options: CommitLatencyOptions;
  /** A database that was just opened has cold caches, so it counts as slow until it has proved quick. */
  #missing: number;

  constructor(options: CommitLatencyOptions) {
    this.#options = options;
    this.#missing = options.quickInARow;
  }

  /** `waitingMs` is the age of the oldest update that is not committed yet. */
  isQuick(waitingMs: number): boolean {
    if (waitingMs > this.#options.slowMs) this.#missing = this.#options.quickInARow;
    return this.#missing === 0;
  }

  committed(tookMs: number): void {
    this.#missing =
      tookMs > this.#options.slowMs ? this.#options.quickInARow : Math.max(0, this.#missing - 1);
  }
}
