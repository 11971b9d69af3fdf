import type { WebSocket } from 'ws';

/** Less than this in the time of so many checks is no progress: any line that is worth the name brings more. */
const LEAST_BYTES = 4_096;
const MOST_CHECKS_WITHOUT = 6;

export interface StalledMessageDetectorOptions {
  /** Whether a message has begun to arrive and not ended. */
  readonly isUnfinished: () => boolean;
  /** Whether what comes is read at present. */
  readonly isRead: () => boolean;
  /** Bytes that have come on the connection so far. */
  readonly bytes: () => number;
  /** More of a long message has come. */
  readonly progress: () => void;
  /** A message has begun, and goes on for ever. */
  readonly cut: () => void;
}

/**
 * Finds messages that begin to arrive and never end: what has come of them stays in memory, and pings wait behind them without an answer.
 *
 * Bound is how slowly a message may come, not how long it takes: ten megabytes over a bad line take many minutes.
 */
export class StalledMessageDetector {
  readonly #options: StalledMessageDetectorOptions;
  #bytes = 0;
  /** Undefined while no message is under way. */
  #checks: number | undefined;

  constructor(options: StalledMessageDetectorOptions) {
    this.#options = options;
  }

  /** A message has come whole. */
  finished(): void {
    this.#checks = undefined;
  }

  /** Called at regular times. They are counted, not measured: what comes while the process stands still cannot be seen. */
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

/** What `ws` knows of a message that has begun to arrive. */
interface Receiver {
  /** 0 before a frame. */
  readonly _state: number;
  readonly _bufferedBytes: number;
  /** Not 0 between the fragments of a message. */
  readonly _fragmented: number;
}

/**
 * Whether a message has begun to arrive and not ended.
 *
 * No part of the public face of `ws` tells; where this one is not there any more, the answer is no, and the heartbeat alone finds dead connections.
 */
export function isReceiving(webSocket: WebSocket): boolean {
  const { _receiver: receiver } = webSocket as unknown as { readonly _receiver?: Partial<Receiver> };
  return [receiver?._state, receiver?._bufferedBytes, receiver?._fragmented].some(
    (value) => (value ?? 0) !== 0,
  );
}
