import type { RoomClient } from '../room-client.js';

interface Held {
  readonly update: FramedUpdate;
  readonly sender: RoomClient | undefined;
  readonly commit: Promise<number>;
  readonly until: number;
}

export interface RelayGateOptions {
  readonly log: { readonly isQuick: boolean; readonly isAway: boolean };
  /** The longest time that an update is held. */
  readonly holdMs: number;
  /** The current state vector of the document. */
  readonly state: () => ReadonlyMap<number, number>;
  readonly relay: (update: FramedUpdate, sender: RoomClient | undefined) => void;
}

/** An update and its frame for clients. */
export interface FramedUpdate {
  readonly update: Uint8Array;
  readonly frame: Buffer;
}

/**
 * While the log is slow, holds updates until they are committed, in order and for a limited time.
 *
 * An update that is relayed at once on a slow log could be lost in a crash long after others have seen it. Editors
 * hardly notice the wait, since such a machine is slow anyway.
 */
export class RelayGate {
  readonly #options: RelayGateOptions;
  readonly #held: Held[] = [];
  #bytes = 0;
  /**
   * The state vector before the first held update or, if none is held, before the next write; undefined while updates
   * pass at once.
   */
  #stateBefore: ReadonlyMap<number, number> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RelayGateOptions) {
    this.#options = options;
  }

  /** Size of the held frames. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The state vector before the first held update; undefined if none is held. */
  get stateBefore(): ReadonlyMap<number, number> | undefined {
    return this.#held.length === 0 ? undefined : this.#stateBefore;
  }

  /** Called before the document changes: decides whether the resulting update will be held. */
  beforeWrite(): void {
    const { log, state } = this.#options;
    // While the database is away nothing is held. Held updates are released first, since they would block those behind
    // them.
    if (log.isAway) this.#releaseAll();
    if (this.#held.length === 0) this.#stateBefore = log.isQuick ? undefined : state();
  }

  /** Relays the update, now or later. */
  pass(update: FramedUpdate, sender: RoomClient | undefined, commit: Promise<number>): void {
    if (this.#stateBefore === undefined) this.#options.relay(update, sender);
    else this.#hold(update, sender, commit);
  }

  /** `commit` has succeeded. */
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
