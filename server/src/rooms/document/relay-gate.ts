import type { RoomClient } from '../room-client.js';

interface Held {
  readonly update: FramedUpdate;
  readonly sender: RoomClient | undefined;
  readonly commit: Promise<number>;
  readonly until: number;
}

export interface RelayGateOptions {
  /** The longest that an update is held. */
  readonly holdMs: number;
  readonly release: (update: FramedUpdate, sender: RoomClient | undefined) => void;
}

/** An update, and the frame in which clients get it. */
export interface FramedUpdate {
  readonly update: Uint8Array;
  readonly frame: Buffer;
}

/**
 * Holds updates back until they are committed, in their order, but not for ever.
 *
 * It stands between rooms and fan-out only while the log is slow. Then an update that is shown at once could be lost long
 * after others have seen it; editors do not notice the wait, since such a machine is slow anyway.
 */
export class RelayGate {
  readonly #options: RelayGateOptions;
  readonly #held: Held[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RelayGateOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#held.length === 0;
  }

  /** Size of the frames that it holds. */
  get bytes(): number {
    return this.#bytes;
  }

  hold(update: FramedUpdate, sender: RoomClient | undefined, commit: Promise<number>): void {
    this.#held.push({ update, sender, commit, until: performance.now() + this.#options.holdMs });
    this.#bytes += update.frame.byteLength;
    this.#wait();
  }

  /** `commit` has come through. */
  committed(commit: Promise<number>): void {
    this.#releaseWhile((held) => held.commit === commit);
  }

  /** Lets everything go. */
  release(): void {
    if (!this.isEmpty) this.#releaseWhile(() => true);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#held.length = 0;
  }

  #releaseWhile(may: (held: Held) => boolean): void {
    const stays = this.#held.findIndex((held) => !may(held));
    const released = this.#held.splice(0, stays < 0 ? this.#held.length : stays);
    for (const { update, sender } of released) {
      this.#bytes -= update.frame.byteLength;
      this.#options.release(update, sender);
    }
  }

  #wait(): void {
    const first = this.#held[0];
    if (this.#timer !== undefined || first === undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        const now = performance.now();
        this.#releaseWhile((held) => held.until <= now);
        this.#wait();
      },
      Math.max(1, first.until - performance.now()),
    );
  }
}
