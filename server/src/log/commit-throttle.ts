/** Pause after a commit, as a multiple of its duration. */
const PAUSE_FACTOR = 3;
const MOST_PAUSE_MS = 20;
/** Decay of the slowest recent commit, per commit. */
const SLOWEST_DECAY = 0.97;

/**
 * Chooses the pause between commits of many scenes, so that each commit gathers more updates.
 *
 * An update that arrives right after a commit began waits for three things: the rest of that commit, the pause, and its
 * own commit, which may take as long as the slowest recent one. The pause is chosen so that all three take at most
 * `mostMs`.
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
