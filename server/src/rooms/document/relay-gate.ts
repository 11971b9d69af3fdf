import type { RoomClient } from '../room-client.js';

interface Held {
  readonly update: FramedUpdate;
  readonly sender: RoomClient | undefined;
  readonly commit: Promise<number>;
  readonly until: number;
}

export interface RelayGateOptions {
  readonly log: { readonly isQuick: boolean; readonly isAway: boolean };
  /** The longest that an update is held. */
  readonly holdMs: number;
  /** How much of each writer is in the document. */
  readonly state: () => ReadonlyMap<number, number>;
  readonly relay: (update: FramedUpdate, sender: RoomClient | undefined) => void;
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
  /** What the document held before what is held back or, where nothing is yet, before what is written next; undefined while the gate is open. */
  #stateBefore: ReadonlyMap<number, number> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RelayGateOptions) {
    this.#options = options;
  }

  /** Size of the frames that it holds. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What the document held before the first update that is held back; undefined where none is. */
  get stateBefore(): ReadonlyMap<number, number> | undefined {
    return this.#held.length === 0 ? undefined : this.#stateBefore;
  }

  /** The document is about to change: whether what comes of it has to wait shows now. */
  beforeWrite(): void {
    const { log, state } = this.#options;
    // A database that is away holds up nobody: what has been held until now would hold back all that comes behind it.
    if (log.isAway) this.#releaseAll();
    if (this.#held.length === 0) this.#stateBefore = log.isQuick ? undefined : state();
  }

  /** Relays the update, at once or when it is its time. */
  pass(update: FramedUpdate, sender: RoomClient | undefined, commit: Promise<number>): void {
    if (this.#stateBefore === undefined) this.#options.relay(update, sender);
    else this.#hold(update, sender, commit);
  }

  /** `commit` has come through. */
  committed(commit: Promise<number>): void {
    this.#releaseWhile((held) => held.commit === commit);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#held.length = 0;
  }

  #hold(update: FramedUpdate, sender: RoomClient | undefined, commit: Promise<number>): void {
    this.#held.push({ update, sender, commit, until: performance.now() + this.#options.holdMs });
    this.#bytes += update.frame.byteLength;
    this.#wait();
  }

  #releaseAll(): void {
    if (this.#held.length > 0) this.#releaseWhile(() => true);
  }

  #releaseWhile(may: (held: Held) => boolean): void {
    const stays = this.#held.findIndex((held) => !may(held));
    const released = this.#held.splice(0, stays < 0 ? this.#held.length : stays);
    for (const { update, sender } of released) {
      this.#bytes -= update.frame.byteLength;
      this.#options.relay(update, sender);
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
