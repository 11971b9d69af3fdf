/** Several changes that follow each other closely make one reading: milliseconds between two of them. */
const LEAST_MS = 1_500;
/** How long what nothing has hinted at may stay unseen. */
const BEAT_MS = 4_000;

export interface FollowerOptions {
  /** Reads again. It deals with its failures itself. */
  readonly reload: () => Promise<void>;
  /** Whether there is somebody to read for, and a server to read from. */
  readonly isAwake: () => boolean;
}

/**
 * Keeps what the server tells of when it is asked, such as a list of members, close to what it is.
 *
 * It asks soon after a hint that something has changed, and now and then without one: not everything leaves a trace
 * in the scene. It never asks twice at once, and not at all while nobody looks.
 */
export class Follower {
  readonly #options: FollowerOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastEnd: number;
  #isReading = false;
  #isHinted = false;
  #isStopped = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#lastEnd = Date.now();
    this.#plan(BEAT_MS);
  }

  /** Something may have changed. */
  readonly hint = (): void => {
    if (this.#isHinted) return;
    this.#isHinted = true;
    if (!this.#isReading) this.#plan(LEAST_MS - (Date.now() - this.#lastEnd));
  };

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #plan(inMs: number): void {
    if (this.#isStopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#read(), Math.max(0, inMs));
  }

  async #read(): Promise<void> {
    if (!this.#options.isAwake()) {
      this.#isHinted = false;
      this.#plan(BEAT_MS);
      return;
    }
    this.#isHinted = false;
    this.#isReading = true;
    try {
      await this.#options.reload();
    } finally {
      this.#isReading = false;
      this.#lastEnd = Date.now();
      this.#plan(this.#isHinted ? LEAST_MS : BEAT_MS);
    }
  }
}
