import type { RoomClient } from '../room-client.js';

/** The document frames that wait for one commit: the last frame's number of each client. */
interface Group {
  readonly commit: Promise<number>;
  readonly frames: Map<RoomClient, number>;
}

export interface AcknowledgementsOptions {
  /** The first `frames` document frames of `client` are committed. */
  readonly saved: (client: RoomClient, frames: number) => void;
  /** A commit came through, with this position. */
  readonly committed: (seq: number, commit: Promise<number>) => void;
  /** A commit will never come through. */
  readonly failed: (error: unknown) => void;
}

/**
 * Remembers which frames of which client each commit covers.
 *
 * What is dirty is told by position, not by a flag: the room is clean when the commit that settled last is the one that was
 * asked for last. Commits settle in the order in which they were asked for.
 */
export class Acknowledgements {
  readonly #options: AcknowledgementsOptions;
  #last: Group | undefined;

  constructor(options: AcknowledgementsOptions) {
    this.#options = options;
  }

  /** The commit that covers all that was appended so far; undefined when all of it is committed. */
  get pending(): Promise<number> | undefined {
    return this.#last?.commit;
  }

  /** An update was appended to the log and will be covered by `commit`. */
  appended(commit: Promise<number>): void {
    if (this.#last?.commit === commit) return;
    const group: Group = { commit, frames: new Map() };
    this.#last = group;
    commit.then(
      (seq) => this.#settle(group, seq),
      (error: unknown) => this.#options.failed(error),
    );
  }

  /**
   * A client's document frame was taken in, and whatever it appended was reported before.
   *
   * It waits for the last commit even if it appended nothing: what it repeats may still wait for its own commit.
   */
  received(client: RoomClient, frame: number): void {
    if (this.#last === undefined) this.#options.saved(client, frame);
    else this.#last.frames.set(client, frame);
  }

  #settle(group: Group, seq: number): void {
    if (this.#last === group) this.#last = undefined;
    this.#options.committed(seq, group.commit);
    for (const [client, frames] of group.frames) this.#options.saved(client, frames);
  }
}
