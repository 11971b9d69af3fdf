import type { Principal } from '../../access/principal.js';
import type { RoomClient } from '../room-client.js';
import type { CheckedUpdate } from '../checks/update-check.js';

/** A document frame that was decoded, and not judged yet. */
export interface ReceivedUpdate {
  /** Its number among the document frames of its connection. */
  readonly number: number;
  readonly update: Uint8Array;
  readonly decoded: CheckedUpdate;
}

/** Document frames of one client, in their order, and who it was then. */
export interface UpdateBatch {
  readonly client: RoomClient;
  readonly editor: Principal;
  readonly updates: readonly ReceivedUpdate[];
}

interface OpenBatch extends UpdateBatch {
  readonly updates: ReceivedUpdate[];
}

/** So many are taken in one go, and nobody else is served meanwhile. */
const MOST_UPDATES = 256;

/**
 * Gathers the document frames that arrive until the next tick, which is when others could see them at the earliest.
 *
 * Taken one after the other they cost half of what they cost each at its own time, and those of one client a third:
 * a server that is overloaded becomes faster, not slower.
 */
export class UpdateBatcher {
  readonly #take: (batch: UpdateBatch) => void;
  #batches: OpenBatch[] = [];
  #open = new Map<RoomClient, OpenBatch>();
  #updates = 0;

  constructor(take: (batch: UpdateBatch) => void) {
    this.#take = take;
  }

  add(client: RoomClient, received: ReceivedUpdate): void {
    const { principal } = client;
    let batch = this.#open.get(client);
    if (batch?.editor !== principal) {
      batch = { client, editor: principal, updates: [] };
      this.#open.set(client, batch);
      this.#batches.push(batch);
    }
    batch.updates.push(received);
    if (++this.#updates >= MOST_UPDATES) this.flush();
  }

  get isEmpty(): boolean {
    return this.#updates === 0;
  }

  /** Takes what has gathered. To be called before anything that could tell the difference. */
  flush(): void {
    if (this.#updates === 0) return;
    const batches = this.#batches;
    this.#batches = [];
    // Not `clear`: V8 leaves the old table pointing at the new one, so that once one is old all that follow outlive every scavenge.
    this.#open = new Map();
    this.#updates = 0;
    for (const batch of batches) this.#take(batch);
  }
}
