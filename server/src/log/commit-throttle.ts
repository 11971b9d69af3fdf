/** So many times as long as a commit took the database is left alone. */
const PAUSE_FACTOR = 3;
const MOST_PAUSE_MS = 20;
/** How much of the slowest commit of late each later one leaves. */
const SLOWEST_DECAY = 0.97;

/**
 * How long to wait between commits of many scenes, so that more gathers for each.
 *
 * An update that came right after a commit began waits for that, the rest, and its own commit, which may take as long as the
 * slowest of late: no longer than `mostMs` in all.
 */
export class CommitThrottle {
  readonly #mostMs: number;
  #slowestMs = 0;

  constructor(mostMs: number) {
    this.#mostMs = mostMs;
  }

  after(commitMs: number): number {
    this.#slowestMs = Math.max(commitMs, this.#slowestMs * SLOWEST_DECAY);
    const left = this.#mostMs - commitMs - this.#slowestMs;
    return Math.max(0, Math.min(commitMs * PAUSE_FACTOR, MOST_PAUSE_MS, left));
  }
}
