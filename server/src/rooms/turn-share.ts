/** What is read of one connection before others have their turn. */
const BYTES_PER_TURN = 64 * 1024;

export interface TurnShareOptions {
  /** Stops reading the socket. */
  readonly stop: () => void;
  readonly goOn: () => void;
}

/**
 * Lets a connection that sends without end be read piece by piece.
 *
 * libuv reads a socket up to 32 times before anything else has its turn; with twenty such connections no tick and no commit would come
 * through for seconds.
 */
export class TurnShare {
  readonly #options: TurnShareOptions;
  #bytes = 0;
  #next: NodeJS.Immediate | undefined;

  constructor(options: TurnShareOptions) {
    this.#options = options;
  }

  took(bytes: number): void {
    this.#bytes += bytes;
    if (this.#next !== undefined || this.#bytes < BYTES_PER_TURN) return;
    this.#options.stop();
    this.#next = setImmediate(() => {
      this.#bytes = 0;
      this.#next = undefined;
      this.#options.goOn();
    });
  }
}
