import type { RealtimeMetrics } from '../realtime-metrics.js';
import type { RoomClient } from '../room-client.js';
import { TickTimer } from './tick-timer.js';
import type { TickPace } from './tick-pace.js';

export interface FanOutOptions {
  readonly clients: ReadonlySet<RoomClient>;
  readonly metrics: RealtimeMetrics;
  /** Frames that follow each other within this time are joined. 0 writes at the end of every turn of the event loop. */
  readonly windowMs: number;
  readonly pace: TickPace;
  /** Applies what has been received, so that its results are sent too. */
  readonly takeIn: () => void;
  /** The presence that has changed since the last tick, as one frame. */
  readonly takePresence: () => Buffer | undefined;
  /** Called after each write. `tookIn` is true if what was received has been applied, too. */
  readonly afterTick: (tookIn: boolean) => void;
  /** Whether a client gets no updates at present. */
  readonly isHeld: (client: RoomClient) => boolean;
  /** Whether a client gets no presence at present, since it does not even read its updates in time. */
  readonly dropsPresence: (client: RoomClient) => boolean;
}

interface Item {
  readonly frame: Buffer;
  readonly sender: RoomClient | undefined;
}

/** If only presence is to be sent, ticks are at least this far apart per client: about the cost of the writes. */
const PRESENCE_MS_PER_CLIENT = 0.1;
const PRESENCE_MOST_MS = 50;

/**
 * Sends the frames of a room to its clients, with one write per client and tick.
 *
 * The window is adaptive: after an idle window a frame is sent at the end of the event loop turn; while frames keep
 * coming, those of one window are sent together. Clients are not sent their own frames.
 */
export class FanOut {
  readonly #options: FanOutOptions;
  readonly #timer: TickTimer;
  #items: Item[] = [];
  #direct = new Map<RoomClient, Buffer[]>();
  /** Since when frames are ready to be sent, and since when received updates wait to be applied. */
  #readySince: number | undefined;
  #receivedSince: number | undefined;
  #lastTick = -Infinity;
  #lastIntake = -Infinity;
  #stopped = false;

  constructor(options: FanOutOptions) {
    this.#options = options;
    this.#timer = new TickTimer(options.pace, () => this.#due());
  }

  /** Sends a frame to all clients except `sender`. */
  toAll(frame: Buffer, sender: RoomClient | undefined): void {
    this.#items.push({ frame, sender });
    this.#wake(this.#options.windowMs);
  }

  /**
   * Sends a frame to one client, in the same write as the rest. It may wait longer than a window while ticks are slowed
   * down.
   */
  toOne(client: RoomClient, frame: Buffer): void {
    const waiting = this.#direct.get(client);
    if (waiting === undefined) this.#direct.set(client, [frame]);
    else waiting.push(frame);
    this.#wake(this.#gatheringMs);
  }

  /** An update was received that the next tick applies. */
  received(): void {
    const now = performance.now();
    this.#receivedSince ??= now;
    this.#wakeAt(this.#lastIntake + this.#gatheringMs, now);
  }

  /** Presence has changed: schedules a tick that sends it. */
  presenceChanged(): void {
    const { clients, windowMs } = this.#options;
    this.#wake(Math.max(windowMs, Math.min(clients.size * PRESENCE_MS_PER_CLIENT, PRESENCE_MOST_MS)));
  }

  /** Applies what was received and sends what has gathered. */
  tick(): void {
    if (this.#receivedSince !== undefined) this.#lastIntake = performance.now();
    this.#readySince = this.#oldest;
    this.#receivedSince = undefined;
    this.#options.takeIn();
    // Taken after the updates: applying them may change presence, such as when a gesture ends.
    this.#send(this.#options.takePresence(), true);
  }

  #due(): void {
    const { pace } = this.#options;
    const intakeAt = this.#lastIntake + this.#gatheringMs;
    const now = performance.now();
    if (this.#receivedSince === undefined || pace.windowMs === 0 || now >= intakeAt) return this.tick();
    // Frames that are ready, such as those that waited for their commit, do not wait for the intake.
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

  /** Runs a tick if one is overdue: timers do not fire while the event loop is busy with input. */
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

  /** How long received updates wait for more while they keep coming. */
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

/** The messages of one tick. Clients that get everything share one buffer. */
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
