/** What is read of one connection before others have their turn. */
const BYTES_PER_TURN = 64 * 1024;
const LOOK_AGAIN_MS = 5;
/** Those who read may be stuck for good: then writers go on all the same, slowly. */
const MOST_WAIT_MS = 250;

export interface TurnShareOptions {
  /** Stops reading the socket. */
  readonly stop: () => void;
  readonly goOn: () => void;
  /** Whether those who are to get what is read do not keep up. */
  readonly isCongested: () => boolean;
}

/**
 * Lets a connection that sends without end be read piece by piece, no faster than others can take it.
 *
 * libuv reads a socket up to 32 times before anything else has its turn; with twenty such connections no tick and no commit would come
 * through for seconds.
 */
export class TurnShare {
  readonly #options: TurnShareOptions;
  #bytes = 0;
  #next: NodeJS.Immediate | NodeJS.Timeout | undefined;

  constructor(options: TurnShareOptions) {
    this.#options = options;
  }

  took(bytes: number): void {
    this.#bytes += bytes;
    if (this.#next !== undefined || this.#bytes < BYTES_PER_TURN) return;
    this.#options.stop();
    const since = performance.now();
    const look = (): void => {
      if (this.#options.isCongested() && performance.now() - since < MOST_WAIT_MS) {
        this.#next = setTimeout(look, LOOK_AGAIN_MS);
        return;
      }
      this.#bytes = 0;
      this.#next = undefined;
      this.#options.goOn();
    };
    this.#next = setImmediate(look);
  }
}
