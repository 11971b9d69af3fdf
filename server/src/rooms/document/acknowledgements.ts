import type { RoomClient } from '../room-client.js';

/** The document frames that wait for one commit: for each client, the number of the last one. */
interface Group {
  readonly commit: Promise<number>;
  readonly frames: Map<RoomClient, number>;
}

export interface AcknowledgementsOptions {
  /** The first `frames` document frames of `client` are committed. */
  readonly saved: (client: RoomClient, frames: number) => void;
  /** A commit succeeded with this position. */
  readonly committed: (seq: number, commit: Promise<number>) => void;
  /** A commit has failed for good. */
  readonly failed: (error: unknown) => void;
}

/**
 * Tracks which frames of which client each commit covers.
 *
 * Commits settle in the order in which they were requested. So everything is stored once the last requested commit has
 * settled, and no dirty flag is needed.
 */
export class Acknowledgements {
  readonly #options: AcknowledgementsOptions;
  #last: Group | undefined;

  constructor(options: AcknowledgementsOptions) {
    this.#options = options;
  }

  /** The commit that covers everything appended so far; undefined if all of it is committed. */
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
   * A document frame was processed; what it appended has been reported by `appended`.
   *
   * It waits for the last commit even if it appended nothing: it may repeat an update that is not committed yet.
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
