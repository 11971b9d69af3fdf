export interface CommitLatencyOptions {
  /** A commit that took longer, from its oldest update on, is slow. */
  readonly slowMs: number;
  /** Commits in a row that must not be slow before the log counts as quick again. */
  readonly quickInARow: number;
}

/** Whether commits come so quickly that whatever is shown before its commit is stored a moment later. */
export class CommitLatency {
  readonly #options: CommitLatencyOptions;
  /** A database that has just been opened is cold: quick is what has been shown. */
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
