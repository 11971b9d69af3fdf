import type { Principal } from '../access/principal.js';
import type { RoomClient } from './room-client.js';
import type { CheckedUpdate } from './update-check.js';

/** A document frame that was decoded, and not judged yet. */
export interface ReceivedUpdate {
  /** Its number among the document frames of its connection. */
  readonly number: number;
  readonly update: Uint8Array;
  readonly decoded: CheckedUpdate;
}

/** Document frames that one client sent in a row, and who it was then. */
export interface UpdateBatch {
  readonly client: RoomClient;
  readonly editor: Principal;
  readonly updates: readonly ReceivedUpdate[];
}

/** A batch is taken in one go, and nobody else is served meanwhile. */
const MOST_UPDATES = 256;

/**
 * Gathers the document frames that arrive from one client in one piece of its stream.
 *
 * A client that sends faster than the server takes has many in each piece. Taken together they cost a third of what they
 * cost one by one, so a server that is overloaded becomes faster, not slower.
 */
export class UpdateBatcher {
  readonly #take: (batch: UpdateBatch) => void;
  #open: { client: RoomClient; editor: Principal; updates: ReceivedUpdate[] } | undefined;

  constructor(take: (batch: UpdateBatch) => void) {
    this.#take = take;
  }

  add(client: RoomClient, received: ReceivedUpdate): void {
    if (this.#open !== undefined && this.#open.client !== client) this.flush();
    if (this.#open === undefined) {
      this.#open = { client, editor: client.principal, updates: [] };
      // `ws` hands out all frames of a piece before microtasks run.
      queueMicrotask(() => this.flush());
    }
    this.#open.updates.push(received);
    if (this.#open.updates.length >= MOST_UPDATES) this.flush();
  }

  /** Takes what has gathered. To be called before anything that could tell the difference. */
  flush(): void {
    const batch = this.#open;
    this.#open = undefined;
    if (batch !== undefined) this.#take(batch);
  }
}
