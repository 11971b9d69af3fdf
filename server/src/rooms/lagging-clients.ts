import * as Y from 'yjs';
import type { RealtimeMetrics } from './realtime-metrics.js';
import type { RoomClient } from './room-client.js';

export interface LaggingClientsOptions {
  readonly doc: Y.Doc;
  readonly limits: { readonly softUnsentBytes: number; readonly hardUnsentBytes: number };
  /** The client has read all that it was sent; `update` holds all that it lacks. */
  readonly catchUp: (client: RoomClient, update: Uint8Array) => void;
  /** A state vector of which all clients that keep up have been written everything. */
  readonly writtenVector: () => Uint8Array;
  readonly metrics: RealtimeMetrics;
}

/** The clients that read more slowly than the room writes. They get no updates, and one diff when they have caught up. */
export class LaggingClients {
  readonly #options: LaggingClientsOptions;
  /** What each client will have once it has read everything that was written to it. */
  readonly #stateVectors = new Map<RoomClient, Uint8Array>();

  constructor(options: LaggingClientsOptions) {
    this.#options = options;
  }

  has(client: RoomClient): boolean {
    return this.#stateVectors.has(client);
  }

  delete(client: RoomClient): void {
    this.#stateVectors.delete(client);
  }

  /** To be called right after a tick, when nothing waits for one. */
  check(clients: Iterable<RoomClient>): void {
    const { softUnsentBytes, hardUnsentBytes } = this.#options.limits;
    let stateVector: Uint8Array | undefined;
    for (const client of clients) {
      if (client.unsentBytes > hardUnsentBytes) {
        client.close('slow_consumer', `More than ${hardUnsentBytes} bytes were not read`);
      } else if (client.unsentBytes > softUnsentBytes && !this.has(client)) {
        stateVector ??= this.#options.writtenVector();
        this.#stateVectors.set(client, stateVector);
        this.#options.metrics.lagged();
        client.onceDrained(() => this.#drained(client));
      }
    }
  }

  #drained(client: RoomClient): void {
    const stateVector = this.#stateVectors.get(client);
    if (stateVector === undefined) return;
    this.#stateVectors.delete(client);
    this.#options.catchUp(client, Y.encodeStateAsUpdate(this.#options.doc, stateVector));
  }
}
