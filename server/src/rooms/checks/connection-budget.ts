import type { ClientFrame } from '../frames/client-frame.js';
import { TokenBucket } from './token-bucket.js';

export interface ConnectionLimits {
  /** Messages per second of a connection, on average; a burst may have twice as many. Default 5,000. */
  readonly messagesPerSecond: number;
  /** Bytes per second, likewise. Default 32 MiB. */
  readonly bytesPerSecond: number;
}

export const DEFAULT_CONNECTION_LIMITS: ConnectionLimits = {
  messagesPerSecond: 5_000,
  bytesPerSecond: 32 * 1024 * 1024,
};

/** Cost of each kind of message: some make the server read the whole document. */
const COSTS: Record<ClientFrame['kind'], number> = {
  document: 1,
  presence: 1,
  'presence-query': 20,
  'state-vector': 100,
  token: 100,
};

/** A connection that is throttled for this long without a break is closed. */
const MOST_OVER_MS = 30_000;
/** After this long without being throttled, a connection is within its budget again. */
const CALM_MS = 1_000;
/** Shortest pause, to avoid many short ones. */
const LEAST_STOP_MS = 50;
/** Share of the messages that may be presence. Of further presence only the latest is taken. */
const PRESENCE_SHARE = 0.2;
const PRESENCE_PAUSE_MS = 100;

export interface ConnectionBudgetOptions {
  readonly limits: ConnectionLimits;
  /** Stops reading the socket. */
  readonly stop: () => void;
  readonly goOn: () => void;
  /** The connection has been over its budget for too long. */
  readonly exceeded: () => void;
  /** Takes a delayed presence update. */
  readonly receivePresence: (update: Uint8Array) => void;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

/**
 * Limits what a connection may send.
 *
 * Above the limit nothing is lost or refused: the socket is not read until the surplus is paid off, so the sender has
 * to wait. Presence is counted separately so that it never delays edits: of too much presence only the latest is taken.
 */
export class ConnectionBudget {
  readonly #options: ConnectionBudgetOptions;
  readonly #now: () => number;
  readonly #messages: TokenBucket;
  readonly #bytes: TokenBucket;
  readonly #presence: TokenBucket;
  #stopped: NodeJS.Timeout | undefined;
  #overSince = 0;
  #calmSince = -Infinity;
  #latePresence: Uint8Array | undefined;
  #presenceTimer: NodeJS.Timeout | undefined;

  constructor(options: ConnectionBudgetOptions) {
    const { messagesPerSecond, bytesPerSecond } = options.limits;
    const now = options.now ?? (() => performance.now());
    const bucket = (perSecond: number) => new TokenBucket({ perSecond, burst: perSecond * 2, now });
    this.#options = options;
    this.#now = now;
    this.#messages = bucket(messagesPerSecond);
    this.#bytes = bucket(bytesPerSecond);
    this.#presence = bucket(Math.max(1, messagesPerSecond * PRESENCE_SHARE));
  }

  /** Counts a message. Returns false for a presence update that is delayed or replaced by a later one. */
  take(message: ClientFrame, bytes: number): boolean {
    let cost = COSTS[message.kind];
    let now = true;
    if (message.kind === 'presence') {
      now = this.#presence.tryTake();
      if (now) cost = 0;
      else this.#putOff(message.update);
    }
    const wait = Math.max(this.#messages.take(cost), this.#bytes.take(bytes));
    if (wait > 0) this.#slowDown(wait);
    return now;
  }

  /** Counts a ping or a pong. */
  takeControl(bytes: number): void {
    const wait = Math.max(this.#messages.take(1), this.#bytes.take(bytes));
    if (wait > 0) this.#slowDown(wait);
  }

  /** The connection has ended. */
  end(): void {
    clearTimeout(this.#stopped);
    clearTimeout(this.#presenceTimer);
  }

  #slowDown(wait: number): void {
    if (this.#stopped !== undefined) return;
    const now = this.#now();
    if (now - this.#calmSince > CALM_MS) this.#overSince = now;
    if (now - this.#overSince > MOST_OVER_MS) {
      this.#options.exceeded();
      return;
    }
    this.#options.stop();
    this.#stopped = setTimeout(
      () => {
        this.#stopped = undefined;
        this.#calmSince = this.#now();
        this.#options.goOn();
      },
      Math.max(wait, LEAST_STOP_MS),
    );
  }

  #putOff(update: Uint8Array): void {
    // Copied, since a view would keep the whole receive buffer in memory.
    this.#latePresence = update.slice();
    this.#presenceTimer ??= setTimeout(() => {
      this.#presenceTimer = undefined;
      const late = this.#latePresence;
      this.#latePresence = undefined;
      if (late !== undefined) this.#options.receivePresence(late);
    }, PRESENCE_PAUSE_MS);
  }
}
