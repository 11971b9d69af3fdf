/** The longest that the event loop is held up by one slice. */
const SLICE_MS = 5;

/** No further answer begins while this much of earlier ones waits for the network: each turn of the event loop would push some of all of them. */
const MOST_UNSENT_BYTES = 4 * 1024 * 1024;

/** A client that reads slowly delays those behind it by this much at the most. */
const SLOW_READER_MS = 25;

const LOOK_AGAIN_MS = 1;

export interface JoinAnswer {
  readonly client: { readonly unsentBytes: number };
  /** Writes the answer to the client. */
  readonly send: () => void;
  /** `send` has thrown. */
  readonly failed: (error: unknown) => void;
}

/**
 * Answers those who join large scenes one after the other, in slices between which the event loop serves everybody else.
 *
 * Shared by all rooms of a process. Writing megabytes to fifty sockets at once would stall every other room twice: while they are
 * written, and in each turn of the event loop in which all of these sockets take some more.
 */
export class JoinQueue {
  readonly #now: () => number;
  #waiting: JoinAnswer[] = [];
  /** Clients whose answers are under way, and since when. */
  readonly #sending = new Map<JoinAnswer['client'], number>();
  #next: NodeJS.Immediate | NodeJS.Timeout | undefined;

  /** @param now Milliseconds of a monotonic clock. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  add(answer: JoinAnswer): void {
    this.#waiting.push(answer);
    this.#next ??= setImmediate(() => this.#run());
  }

  #run(): void {
    const until = this.#now() + SLICE_MS;
    while (this.#waiting.length > 0 && this.#now() < until && this.#unsentBytes() < MOST_UNSENT_BYTES)
      this.#send(this.#waiting.shift() as JoinAnswer);
    if (this.#waiting.length === 0) this.#next = undefined;
    else if (this.#unsentBytes() < MOST_UNSENT_BYTES) this.#next = setImmediate(() => this.#run());
    else this.#next = setTimeout(() => this.#run(), LOOK_AGAIN_MS);
  }

  #send({ client, send, failed }: JoinAnswer): void {
    try {
      send();
      this.#sending.set(client, this.#now());
    } catch (error) {
      failed(error);
    }
  }

  #unsentBytes(): number {
    let bytes = 0;
    for (const [client, since] of this.#sending) {
      if (client.unsentBytes === 0 || this.#now() - since > SLOW_READER_MS) this.#sending.delete(client);
      else bytes += client.unsentBytes;
    }
    return bytes;
  }
}
