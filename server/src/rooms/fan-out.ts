import type { RealtimeMetrics } from './realtime-metrics.js';
import type { RoomClient } from './room-client.js';
import { Schedule } from './schedule.js';
import type { TickPace } from './tick-pace.js';

export interface FanOutOptions {
  readonly clients: ReadonlySet<RoomClient>;
  readonly metrics: RealtimeMetrics;
  /** While frames keep coming they are joined for this long. 0 writes at the end of every turn of the event loop. */
  readonly windowMs: number;
  readonly pace: TickPace;
  /** Takes in what has been received: what it leads to goes along. */
  readonly takeIn: () => void;
  /** The presence that has changed since the last tick, as one frame. */
  readonly takePresence: () => Buffer | undefined;
  /** Called after each tick, when nothing waits. */
  readonly afterTick: () => void;
  /** Clients that get no updates for now. */
  readonly isHeld: (client: RoomClient) => boolean;
  /** Clients that get no presence for now, since they do not even read their updates in time. */
  readonly dropsPresence: (client: RoomClient) => boolean;
}

interface Item {
  readonly frame: Buffer;
  readonly sender: RoomClient | undefined;
}

/** Where nothing but presence is to be sent, a tick comes no more often than what its writes to so many clients cost. */
const PRESENCE_MS_PER_CLIENT = 0.1;
const PRESENCE_MOST_MS = 50;

/**
 * Sends a room's frames to its clients: one write for each client and tick.
 *
 * Adaptive: after a quiet window a frame leaves at the end of the turn of the event loop; while frames keep coming,
 * those of one window leave together. Clients are not sent what they alone wrote.
 */
export class FanOut {
  readonly #options: FanOutOptions;
  readonly #schedule: Schedule;
  #items: Item[] = [];
  #direct = new Map<RoomClient, Buffer[]>();
  #since: number | undefined;
  #lastTick = -Infinity;
  #lastIntake = -Infinity;
  #hasReceived = false;

  constructor(options: FanOutOptions) {
    this.#options = options;
    this.#schedule = new Schedule(options.pace, () => this.#due());
  }

  /** A ready-made frame for all clients but `sender`. */
  toAll(frame: Buffer, sender: RoomClient | undefined): void {
    this.#items.push({ frame, sender });
    this.#wake(this.#options.windowMs);
  }

  /** A ready-made frame for one client, in the same write as the rest, for which it waits where there is no time. */
  toOne(client: RoomClient, frame: Buffer): void {
    const waiting = this.#direct.get(client);
    if (waiting === undefined) this.#direct.set(client, [frame]);
    else waiting.push(frame);
    this.#wake(this.#gatheringMs);
  }

  /** Something has come in of which the next tick makes frames. */
  received(): void {
    this.#hasReceived = true;
    this.#wakeAt(this.#lastIntake + this.#gatheringMs);
  }

  /** Presence has changed: makes sure that a tick comes which takes it along. */
  presenceChanged(): void {
    const { clients, windowMs } = this.#options;
    this.#wake(Math.max(windowMs, Math.min(clients.size * PRESENCE_MS_PER_CLIENT, PRESENCE_MOST_MS)));
  }

  /** Takes in what was received, and writes what has gathered. */
  tick(): void {
    this.#hasReceived = false;
    this.#lastIntake = performance.now();
    this.#options.takeIn();
    this.#send();
  }

  #due(): void {
    const { pace } = this.#options;
    const intakeAt = this.#lastIntake + this.#gatheringMs;
    // What is ready, such as what waited for its commit, has waited once.
    if (!this.#hasReceived || pace.windowMs === 0 || performance.now() >= intakeAt) return this.tick();
    this.#send();
    this.#wakeAt(intakeAt);
  }

  #send(): void {
    this.#schedule.cancel();
    const { clients, metrics, isHeld, dropsPresence, takePresence, afterTick } = this.#options;
    const items = this.#items;
    const direct = this.#direct;
    const presence = takePresence();
    this.#items = [];
    this.#direct = new Map();
    this.#lastTick = performance.now();
    if (this.#since !== undefined) metrics.relayed((this.#lastTick - this.#since) / 1000);
    this.#since = undefined;
    const messages = new TickMessages(items, presence);
    for (const client of clients) {
      const shared = isHeld(client)
        ? undefined
        : messages.for(client, presence !== undefined && !dropsPresence(client));
      const own = direct.get(client);
      if (own !== undefined) client.write(...(shared === undefined ? own : [shared, ...own]));
      else if (shared !== undefined) client.write(shared);
    }
    afterTick();
  }

  /** Writes what is overdue: while the event loop is busy with what comes in, no timer gets its turn. */
  tickIfOverdue(): void {
    if (this.#since !== undefined && performance.now() - this.#since > 2 * this.#gatheringMs) this.tick();
  }

  stop(): void {
    this.#schedule.cancel();
  }

  /** How long what comes in waits for more, where it keeps coming. */
  get #gatheringMs(): number {
    const { windowMs, pace } = this.#options;
    return Math.max(windowMs, pace.windowMs);
  }

  #wake(windowMs: number): void {
    this.#wakeAt(this.#lastTick + windowMs);
  }

  #wakeAt(at: number): void {
    const now = performance.now();
    this.#since ??= now;
    this.#schedule.noLaterThan(Math.max(now, at), now);
  }
}

/** What one tick has for the clients: the same buffer for all of whom nothing is to be left out. */
class TickMessages {
  readonly #items: readonly Item[];
  readonly #presence: Buffer | undefined;
  readonly #senders: ReadonlySet<RoomClient | undefined>;
  #updates: Buffer | undefined;
  #everything: Buffer | undefined;

  constructor(items: readonly Item[], presence: Buffer | undefined) {
    this.#items = items;
    this.#presence = presence;
    this.#senders = new Set(items.map((item) => item.sender));
  }

  for(client: RoomClient, withPresence: boolean): Buffer | undefined {
    if (this.#senders.has(client)) {
      const others = this.#items.filter((item) => item.sender !== client);
      return join(others, withPresence ? this.#presence : undefined);
    }
    if (!withPresence) return (this.#updates ??= join(this.#items, undefined));
    return (this.#everything ??= join(this.#items, this.#presence));
  }
}

function join(items: readonly Item[], last: Buffer | undefined): Buffer | undefined {
  const frames = items.map((item) => item.frame);
  if (last !== undefined) frames.push(last);
  return frames.length > 1 ? Buffer.concat(frames) : frames[0];
}
