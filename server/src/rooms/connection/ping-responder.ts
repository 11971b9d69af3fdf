/** With more unread bytes no ping is answered. */
const MOST_UNREAD_BYTES = 256 * 1024;

export interface PingResponderOptions {
  readonly pong: (data: Buffer) => void;
  /** Bytes that wait for the client to read them. */
  readonly unsentBytes: () => number;
}

/**
 * Answers pings: only the last of those that arrive together (RFC 6455, section 5.5.3), and none of a client that does
 * not read.
 *
 * `ws` by itself would keep an answer to each ping in memory.
 */
export class PingResponder {
  readonly #options: PingResponderOptions;
  #last: Buffer | undefined;

  constructor(options: PingResponderOptions) {
    this.#options = options;
  }

  pinged(data: Buffer): void {
    const isFirst = this.#last === undefined;
    this.#last = data;
    // After everything that arrived with it.
    if (isFirst) setImmediate(() => this.#answer());
  }

  #answer(): void {
    const last = this.#last;
    this.#last = undefined;
    if (last !== undefined && this.#options.unsentBytes() <= MOST_UNREAD_BYTES) this.#options.pong(last);
  }
}
