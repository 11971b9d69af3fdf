import type { Bus } from './bus.js';
import { encodeEnvelope, type BusMessage } from './bus-messages.js';

export interface BusOutboxOptions {
  readonly sceneId: string;
  readonly bus: Bus;
  readonly stream: number;
  /** Messages that follow each other within this time are joined. Default 5 ms. */
  readonly windowMs?: number;
  /** If the updates of one envelope are larger, other servers read them from the log instead. Default 4 MiB. */
  readonly maxUpdateBytes?: number;
  /** Collects changed presence right before publishing; undefined if there is none. */
  readonly latePresence: () => BusMessage | undefined;
  /** The last position is repeated after this time, in case it got lost and nothing follows. Default 1,000 ms. */
  readonly echoMs?: number;
  readonly published: (bytes: number) => void;
}

interface Position {
  readonly seq: number;
  readonly since: number;
}

/**
 * Joins what a scene publishes to other servers into one envelope per tick: at once after an idle time, else once per
 * window.
 *
 * Every update of a row is in an envelope that precedes the row's `position` message in the stream, or in the same one.
 */
export class BusOutbox {
  readonly #options: BusOutboxOptions;
  readonly #windowMs: number;
  readonly #maxUpdateBytes: number;
  #updates: Uint8Array[] = [];
  #positions: Position[] = [];
  #others: BusMessage[] = [];
  #count = 0;
  /** Envelopes up to this number lack updates that were too large. */
  #incomplete = 0;
  /** For each uncommitted row, in order, the number of the first envelope that may hold its updates. */
  readonly #uncommitted: number[] = [];
  #lastTick = -Infinity;
  #lastPosition: Position | undefined;
  #echo: NodeJS.Timeout | undefined;
  #isEcho = false;
  #scheduled: { cancel: () => void } | undefined;

  constructor(options: BusOutboxOptions) {
    this.#options = options;
    this.#windowMs = options.windowMs ?? 5;
    this.#maxUpdateBytes = options.maxUpdateBytes ?? 4 * 1024 * 1024;
  }

  /** A row was begun. Returns the number of the first envelope that may hold its updates. */
  rowBegun(): number {
    const since = this.#count + 1;
    this.#uncommitted.push(since);
    return since;
  }

  /** The oldest begun row is committed, and its updates have been added. */
  rowCommitted(seq: number): void {
    const since = this.rowAbandoned();
    if (since === undefined || !this.#options.bus.isShared) return;
    this.#positions.push({ seq, since });
    this.wake();
  }

  /** The oldest begun row will never be committed. */
  rowAbandoned(): number | undefined {
    return this.#uncommitted.shift();
  }

  addUpdate(update: Uint8Array): void {
    if (this.#options.bus.isShared) this.#updates.push(update);
    else this.#incomplete = this.#count + 1;
    this.wake();
  }

  add(message: BusMessage): void {
    if (this.#options.bus.isShared) this.#others.push(message);
    this.wake();
  }

  /** Schedules a tick. */
  wake(): void {
    if (this.#scheduled !== undefined || !this.#options.bus.isShared) return;
    const wait = this.#lastTick + this.#windowMs - performance.now();
    if (wait <= 0) {
      const immediate = setImmediate(() => this.flush());
      this.#scheduled = { cancel: () => clearImmediate(immediate) };
    } else {
      const timer = setTimeout(() => this.flush(), wait);
      this.#scheduled = { cancel: () => clearTimeout(timer) };
    }
  }

  /** Publishes what has gathered. */
  flush(): void {
    this.#cancel();
    this.#lastTick = performance.now();
    const { bus, sceneId, stream, latePresence, published } = this.#options;
    const count = this.#count + 1;
    const messages = this.#take(count);
    if (!bus.isShared) return;
    const presence = latePresence();
    if (presence !== undefined) messages.push(presence);
    if (messages.length === 0) return;
    this.#count = count;
    const envelope = encodeEnvelope({ stream, count, messages });
    bus.publish(sceneId, envelope);
    published(envelope.byteLength);
  }

  close(): void {
    this.#cancel();
    clearTimeout(this.#echo);
  }

  #cancel(): void {
    this.#scheduled?.cancel();
    this.#scheduled = undefined;
  }

  #take(count: number): BusMessage[] {
    const [updates, positions, others] = [this.#updates, this.#positions, this.#others];
    this.#updates = [];
    this.#positions = [];
    this.#others = [];
    const messages: BusMessage[] = [];
    const bytes = updates.reduce((sum, update) => sum + update.byteLength, 0);
    if (bytes > this.#maxUpdateBytes) this.#incomplete = count;
    else if (updates.length > 0) messages.push({ kind: 'updates', updates });
    const through = this.#through(count);
    for (const { seq, since } of positions) {
      // `since` 0 makes the receiver read the row from the log.
      messages.push({ kind: 'position', seq, since: since <= this.#incomplete ? 0 : since, through });
    }
    const news = updates.length + positions.length - (this.#isEcho ? 1 : 0);
    this.#isEcho = false;
    for (const position of positions)
      if (position.seq > (this.#lastPosition?.seq ?? 0)) this.#lastPosition = position;
    if (news > 0) this.#echoLater();
    return [...messages, ...others];
  }

  #echoLater(): void {
    if (this.#echo !== undefined) {
      this.#echo.refresh();
      return;
    }
    this.#echo = setTimeout(() => {
      this.#echo = undefined;
      if (this.#lastPosition === undefined || !this.#options.bus.isShared) return;
      this.#positions.push(this.#lastPosition);
      this.#isEcho = true;
      this.wake();
    }, this.#options.echoMs ?? 1_000);
    this.#echo.unref();
  }

  /** The last envelope up to which everything is committed. `count` is the envelope that is being written. */
  #through(count: number): number {
    const pending = this.#uncommitted[0];
    return pending === undefined ? count : Math.min(count, pending - 1);
  }
}
