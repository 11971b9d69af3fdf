import type { RealtimeMetrics } from './realtime-metrics.js';
import type { RoomClient } from './room-client.js';

export interface FanOutOptions {
  readonly clients: ReadonlySet<RoomClient>;
  readonly metrics: RealtimeMetrics;
  /** While frames keep coming they are joined for this long. 0 writes at the end of every turn of the event loop. */
  readonly windowMs: number;
  /** Called before each tick for what is gathered until the last moment; undefined where there is nothing. */
  readonly lateFrame: () => Buffer | undefined;
  /** Called after each tick with the clients that were written to. */
  readonly afterTick: () => void;
  /** Clients that get no updates for now. */
  readonly isHeld: (client: RoomClient) => boolean;
}

interface Item {
  readonly frame: Buffer;
  readonly sender: RoomClient | undefined;
}

/**
 * Sends a room's messages to its clients: framed once, and one write for each client and tick.
 *
 * Adaptive: after a quiet window a message leaves at the end of the turn of the event loop; while messages keep coming,
 * those of one window leave together. Clients are not sent what they alone wrote.
 */
export class FanOut {
  readonly #options: FanOutOptions;
  #items: Item[] = [];
  #direct = new Map<RoomClient, Buffer[]>();
  #since = 0;
  #lastTick = -Infinity;
  #scheduled: { cancel: () => void } | undefined;

  constructor(options: FanOutOptions) {
    this.#options = options;
  }

  /** A ready-made frame for all clients but `sender`. */
  toAll(ready: Buffer, sender: RoomClient | undefined): void {
    this.#items.push({ frame: ready, sender });
    this.wake();
  }

  /** A ready-made frame for one client, in the same write as the rest. */
  toOne(client: RoomClient, ready: Buffer): void {
    const waiting = this.#direct.get(client);
    if (waiting === undefined) this.#direct.set(client, [ready]);
    else waiting.push(ready);
    this.wake();
  }

  /** Makes sure that a tick comes. */
  wake(): void {
    if (this.#scheduled !== undefined) return;
    this.#since = performance.now();
    const wait = this.#lastTick + this.#options.windowMs - this.#since;
    if (wait <= 0) {
      const immediate = setImmediate(() => this.tick());
      this.#scheduled = { cancel: () => clearImmediate(immediate) };
    } else {
      const timer = setTimeout(() => this.tick(), wait);
      this.#scheduled = { cancel: () => clearTimeout(timer) };
    }
  }

  /** Writes what has gathered. */
  tick(): void {
    this.stop();
    const late = this.#options.lateFrame();
    if (late !== undefined) this.#items.push({ frame: late, sender: undefined });
    const items = this.#items;
    const direct = this.#direct;
    this.#items = [];
    this.#direct = new Map();
    this.#lastTick = performance.now();
    if (items.length > 0) this.#options.metrics.relayed((this.#lastTick - this.#since) / 1000);
    const senders = new Set(items.map((item) => item.sender));
    let shared: Buffer | undefined;
    for (const client of this.#options.clients) {
      let updates: Buffer | undefined;
      if (items.length > 0 && !this.#options.isHeld(client)) {
        updates = senders.has(client)
          ? join(items.filter((item) => item.sender !== client))
          : (shared ??= join(items));
      }
      write(client, updates, direct.get(client));
    }
    this.#options.afterTick();
  }

  stop(): void {
    this.#scheduled?.cancel();
    this.#scheduled = undefined;
  }
}

const join = (items: readonly Item[]): Buffer =>
  items.length === 1 ? (items[0] as Item).frame : Buffer.concat(items.map((item) => item.frame));

function write(client: RoomClient, updates: Buffer | undefined, direct: Buffer[] = []): void {
  const all = updates === undefined || updates.length === 0 ? direct : [updates, ...direct];
  if (all.length > 0) client.write(all.length === 1 ? (all[0] as Buffer) : Buffer.concat(all));
}
