import type { WebSocket } from 'ws';

/** Fewer bytes than this in so many checks are no progress: any usable network is faster. */
const LEAST_BYTES = 4_096;
const MOST_CHECKS_WITHOUT = 6;

export interface StalledMessageDetectorOptions {
  /** Whether a message has begun to arrive and is incomplete. */
  readonly isUnfinished: () => boolean;
  /** Whether the socket is being read. */
  readonly isRead: () => boolean;
  /** Bytes that have arrived on the connection so far. */
  readonly bytes: () => number;
  /** More of an incomplete message has arrived. */
  readonly progress: () => void;
  /** The message has stalled. */
  readonly cut: () => void;
}

/**
 * Detects messages that begin to arrive and never end: their part stays in memory, and pongs wait behind them.
 *
 * It limits how slowly a message may arrive, not how long it may take: ten megabytes over a slow network take many
 * minutes.
 */
export class StalledMessageDetector {
  readonly #options: StalledMessageDetectorOptions;
  #bytes = 0;
  /** Checks without progress; undefined if no message is incomplete. */
  #checks: number | undefined;

  constructor(options: StalledMessageDetectorOptions) {
    this.#options = options;
  }

  /** A complete message has arrived. */
  finished(): void {
    this.#checks = undefined;
  }

  /**
   * Called periodically. Counts checks instead of measuring time: data that arrives while the process is suspended is
   * not seen.
   */
  check(): void {
    const { isUnfinished, isRead, progress, cut } = this.#options;
    if (!isUnfinished() || !isRead()) {
      this.#checks = undefined;
      return;
    }
    const bytes = this.#options.bytes();
    const isFirst = this.#checks === undefined;
    if (isFirst || bytes - this.#bytes >= LEAST_BYTES) {
      if (!isFirst) progress();
      this.#checks = 0;
      this.#bytes = bytes;
    } else if (++(this.#checks as number) >= MOST_CHECKS_WITHOUT) {
      cut();
    }
  }
}

/** Internal state of `ws` about an incomplete message. */
interface Receiver {
  /** 0 before a frame. */
  readonly _state: number;
  readonly _bufferedBytes: number;
  /** Not 0 between the fragments of a message. */
  readonly _fragmented: number;
}

/**
 * Whether a message has begun to arrive and is incomplete.
 *
 * `ws` has no public API for this. If its internals change, the answer is false, and only the heartbeat finds dead
 * connections.
 */
export function isReceiving(webSocket: WebSocket): boolean {
  const { _receiver: receiver } = webSocket as unknown as { readonly _receiver?: Partial<Receiver> };
  return [receiver?._state, receiver?._bufferedBytes, receiver?._fragmented].some(
    (value) => (value ?? 0) !== 0,
  );
}
