import type { RealtimeMetrics } from '../realtime-metrics.js';
import type { RoomClient } from '../room-client.js';
import { TickTimer } from './tick-timer.js';
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
  /** Called after each pass, when nothing that is ready waits; `tookIn` where nothing that was received does either. */
  readonly afterTick: (tookIn: boolean) => void;
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
  readonly #timer: TickTimer;
  #items: Item[] = [];
  #direct = new Map<RoomClient, Buffer[]>();
  /** Since when something is ready, and since when something that was received waits to be taken in. */
  #readySince: number | undefined;
  #receivedSince: number | undefined;
  #lastTick = -Infinity;
  #lastIntake = -Infinity;
  #stopped = false;

  constructor(options: FanOutOptions) {
    this.#options = options;
    this.#timer = new TickTimer(options.pace, () => this.#due());
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
    const now = performance.now();
    this.#receivedSince ??= now;
    this.#wakeAt(this.#lastIntake + this.#gatheringMs, now);
  }

  /** Presence has changed: makes sure that a tick comes which takes it along. */
  presenceChanged(): void {
    const { clients, windowMs } = this.#options;
    this.#wake(Math.max(windowMs, Math.min(clients.size * PRESENCE_MS_PER_CLIENT, PRESENCE_MOST_MS)));
  }

  /** Takes in what was received, and writes what has gathered. */
  tick(): void {
    if (this.#receivedSince !== undefined) this.#lastIntake = performance.now();
    this.#readySince = this.#oldest;
    this.#receivedSince = undefined;
    this.#options.takeIn();
    // Only now: presence may be of what has just been taken in, such as that a gesture has ended.
    this.#send(this.#options.takePresence(), true);
  }

  #due(): void {
    const { pace } = this.#options;
    const intakeAt = this.#lastIntake + this.#gatheringMs;
    const now = performance.now();
    if (this.#receivedSince === undefined || pace.windowMs === 0 || now >= intakeAt) return this.tick();
    // What is ready, such as what waited for its commit, has waited once.
    if (this.#items.length + this.#direct.size > 0) this.#send(undefined, false);
    this.#wakeAt(intakeAt, now);
  }

  #send(presence: Buffer | undefined, tookIn: boolean): void {
    this.#timer.cancel();
    const { clients, metrics, isHeld, dropsPresence, afterTick } = this.#options;
    const items = this.#items;
    const direct = this.#direct;
    this.#items = [];
    this.#direct = new Map();
    this.#lastTick = performance.now();
    if (this.#readySince !== undefined) metrics.relayed((this.#lastTick - this.#readySince) / 1000);
    this.#readySince = undefined;
    const messages = new TickMessages(items, presence);
    for (const client of clients) {
      const shared = isHeld(client)
        ? undefined
        : messages.for(client, presence !== undefined && !dropsPresence(client));
      const own = direct.get(client);
      if (own !== undefined) client.write(...(shared === undefined ? own : [shared, ...own]));
      else if (shared !== undefined) client.write(shared);
    }
    afterTick(tookIn);
  }

  /** Writes what is overdue: while the event loop is busy with what comes in, no timer gets its turn. */
  tickIfOverdue(): void {
    const since = this.#oldest;
    if (since !== undefined && performance.now() - since > 2 * this.#gatheringMs) this.tick();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer.cancel();
  }

  /** Since when anything waits. */
  get #oldest(): number | undefined {
    const [received, ready] = [this.#receivedSince, this.#readySince];
    return received === undefined || ready === undefined ? (received ?? ready) : Math.min(received, ready);
  }

  /** How long what comes in waits for more, where it keeps coming. */
  get #gatheringMs(): number {
    const { windowMs, pace } = this.#options;
    return Math.max(windowMs, pace.windowMs);
  }

  #wake(windowMs: number): void {
    const now = performance.now();
    this.#readySince ??= now;
    this.#wakeAt(this.#lastTick + windowMs, now);
  }

  #wakeAt(at: number, now: number): void {
    if (!this.#stopped) this.#timer.noLaterThan(Math.max(now, at), now);
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
