import * as Y from 'yjs';
import type { RealtimeMetrics } from '../realtime-metrics.js';
import type { RoomClient } from '../room-client.js';

export interface LaggingLimits {
  /** A connection with more unsent bytes gets no presence until it has read what it was sent, then all of it. */
  readonly presenceUnsentBytes: number;
  /** A connection with more unsent bytes gets no updates until it has read them, then one with everything it lacks. */
  readonly softUnsentBytes: number;
  /** A connection to which data takes longer gets no updates either, until everything has arrived. */
  readonly mostLateMs: number;
  /** A connection with more unsent bytes is closed. */
  readonly hardUnsentBytes: number;
}

export interface LaggingClientsOptions {
  readonly doc: () => Y.Doc;
  readonly limits: LaggingLimits;
  /** Updates clients that have read everything they were sent. `update`, if given, holds all they lack. */
  readonly catchUp: (clients: readonly RoomClient[], update: Uint8Array | undefined) => void;
  /** A state vector up to which all clients that keep up have been sent everything. */
  readonly writtenVector: () => Uint8Array;
  /** A client has read everything and waits for the next tick. */
  readonly wake: () => void;
  readonly metrics: RealtimeMetrics;
}

/**
 * What a client misses: only presence, or also updates from a state vector on. `number` orders the state vectors by
 * age.
 */
interface Lag {
  updates: { readonly number: number; readonly since: Uint8Array } | undefined;
  caughtUp: boolean;
}

/**
 * Handles the clients that read more slowly than the room writes.
 *
 * Such a client takes no more memory than the soft limit, and sees nothing that is older than some seconds. What it
 * misses is not kept. It is computed when the client has caught up, once for all that do so between two ticks.
 */
export class LaggingClients {
  readonly #options: LaggingClientsOptions;
  readonly #lags = new Map<RoomClient, Lag>();
  #ticks = 0;

  constructor(options: LaggingClientsOptions) {
    this.#options = options;
  }

  /** Whether the client gets no updates at present. */
  has(client: RoomClient): boolean {
    return this.#lags.get(client)?.updates !== undefined;
  }

  /** Whether the client gets no presence now. If so, it gets all of it later. */
  dropsPresence(client: RoomClient): boolean {
    if (this.#lags.has(client)) return true;
    if (client.unsentBytes <= this.#options.limits.presenceUnsentBytes) return false;
    this.#options.metrics.presenceDropped();
    this.#lag(client);
    return true;
  }

  /** Unsent bytes of the clients that keep up, if more than half of these are about to lag; otherwise 0. */
  congestion(clients: ReadonlySet<RoomClient>): number {
    const { presenceUnsentBytes } = this.#options.limits;
    let [reading, slow, bytes] = [0, 0, 0];
    for (const client of clients) {
      // Lagging clients take no further memory, however slow they are.
      if (this.has(client)) continue;
      reading++;
      bytes += client.unsentBytes;
      if (client.unsentBytes > presenceUnsentBytes) slow++;
    }
    return slow > reading / 2 ? bytes : 0;
  }

  delete(client: RoomClient): void {
    this.#lags.delete(client);
  }

  /** Must be called right after a tick, when no frame waits. */
  check(clients: Iterable<RoomClient>): void {
    const { softUnsentBytes, hardUnsentBytes, mostLateMs } = this.#options.limits;
    this.#serve();
    this.#ticks++;
    let since: Uint8Array | undefined;
    for (const client of clients) {
      const { unsentBytes } = client;
      if (unsentBytes > hardUnsentBytes) {
        client.close('slow_consumer', `More than ${hardUnsentBytes} bytes were not read`);
      } else if ((unsentBytes > softUnsentBytes || client.lateMs > mostLateMs) && !this.has(client)) {
        since ??= this.#options.writtenVector();
        this.#lag(client).updates = { number: this.#ticks, since };
        this.#options.metrics.lagged();
      }
    }
  }

  #lag(client: RoomClient): Lag {
    const known = this.#lags.get(client);
    if (known !== undefined) return known;
    const lag: Lag = { updates: undefined, caughtUp: false };
    this.#lags.set(client, lag);
    client.onceCaughtUp(() => {
      if (this.#lags.get(client) !== lag) return;
      lag.caughtUp = true;
      this.#options.wake();
    });
    return lag;
  }

  /** One diff from the oldest state vector of the clients serves all of them. */
  #serve(): void {
    const ready = [...this.#lags].filter(([, lag]) => lag.caughtUp);
    if (ready.length === 0) return;
    let oldest: Lag['updates'];
    const [behind, others]: [RoomClient[], RoomClient[]] = [[], []];
    for (const [client, { updates }] of ready) {
      this.#lags.delete(client);
      (updates === undefined ? others : behind).push(client);
      if (updates !== undefined && updates.number < (oldest?.number ?? Infinity)) oldest = updates;
    }
    if (oldest !== undefined) {
      this.#options.metrics.resynced(behind.length);
      this.#options.catchUp(behind, Y.encodeStateAsUpdate(this.#options.doc(), oldest.since));
    }
    if (others.length > 0) this.#options.catchUp(others, undefined);
  }
}
