import type { Principal } from '../../access/principal.js';
import type { RoomClient } from '../room-client.js';
import type { CheckedUpdate } from '../checks/update-check.js';

/** A decoded document frame that has not been checked yet. */
export interface ReceivedUpdate {
  /** Its number among the document frames of its connection. */
  readonly number: number;
  readonly update: Uint8Array;
  readonly decoded: CheckedUpdate;
}

/** Consecutive document frames of one client, with its principal at that time. */
export interface UpdateBatch {
  readonly client: RoomClient;
  readonly editor: Principal;
  readonly updates: readonly ReceivedUpdate[];
}

interface OpenBatch extends UpdateBatch {
  readonly updates: ReceivedUpdate[];
}

/** Largest number of updates that are applied at once: meanwhile nobody else is served. */
const MOST_UPDATES = 256;

/**
 * Gathers document frames until the next tick, before which others could not see them anyway.
 *
 * Applied one after the other at the tick, frames cost half of what they cost at separate times, and frames of one
 * client a third. So an overloaded server becomes faster.
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

  /** Processes the gathered frames. Must be called before anything that could observe the difference. */
  flush(): void {
    if (this.#updates === 0) return;
    const batches = this.#batches;
    this.#batches = [];
    // Not `clear`: V8 keeps the old hash table pointing at the new one, so once one is in the old generation, all later
    // ones survive every scavenge.
    this.#open = new Map();
    this.#updates = 0;
    for (const batch of batches) this.#take(batch);
  }
}
