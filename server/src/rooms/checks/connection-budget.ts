import type { ClientFrame } from '../frames/client-frame.js';
import { TokenBucket } from './token-bucket.js';

export interface ConnectionLimits {
  /** Messages that a connection may send in a second, on average; twice as many at once. Default 5,000. */
  readonly messagesPerSecond: number;
  /** Bytes, likewise. Default 32 MiB. */
  readonly bytesPerSecond: number;
}

export const DEFAULT_CONNECTION_LIMITS: ConnectionLimits = {
  messagesPerSecond: 5_000,
  bytesPerSecond: 32 * 1024 * 1024,
};

/** What each kind of message counts for: some make the server read all of the document. */
const COSTS: Record<ClientFrame['kind'], number> = {
  document: 1,
  presence: 1,
  'presence-query': 20,
  'state-vector': 100,
  token: 100,
};

/** A connection that has been slowed down for so long without a pause is closed. */
const MOST_OVER_MS = 30_000;
/** Without being slowed down for so long it has kept to its budget again. */
const CALM_MS = 1_000;
/** The shortest stop: shorter ones would be many. */
const LEAST_STOP_MS = 50;
/** The part of the messages that may be presence. What is more than that gives way to the latest. */
const PRESENCE_SHARE = 0.2;
const PRESENCE_PAUSE_MS = 100;

export interface ConnectionBudgetOptions {
  readonly limits: ConnectionLimits;
  /** Stops reading the socket. */
  readonly stop: () => void;
  readonly goOn: () => void;
  /** It has been too much for too long. */
  readonly exceeded: () => void;
  /** Takes a presence that was put off. */
  readonly receivePresence: (update: Uint8Array) => void;
  /** Milliseconds of some clock that only goes forward. */
  readonly now?: () => number;
}

/**
 * What one connection may send.
 *
 * Above it nothing is lost and nothing refused: the socket is not read for as long as the surplus lasts, and the sender has to wait. Presence
 * counts apart, so that it never holds up edits: of too much presence only the latest is taken.
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

  /** Counts a message. False: it is a presence that is put off, or given up for a later one. */
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
    // A view of the frame would keep all of what was read with it.
    this.#latePresence = update.slice();
    this.#presenceTimer ??= setTimeout(() => {
      this.#presenceTimer = undefined;
      const late = this.#latePresence;
      this.#latePresence = undefined;
      if (late !== undefined) this.#options.receivePresence(late);
    }, PRESENCE_PAUSE_MS);
  }
}
