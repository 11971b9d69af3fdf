/** What is read of all of a room's clients before it goes out to those who read: less than makes one of them lag. */
const BYTES_PER_TURN = 256 * 1024;
const LOOK_AGAIN_MS = 5;
/** What has not become less for so long may be stuck for good: then writers go on all the same. */
const PATIENCE_MS = 1_000;
/** So long writers wait each time for what was stuck before. */
const SPENT_PATIENCE_MS = 10;

/** A connection that can be kept from being read. */
export interface PausableReader {
  pauseReading(): void;
  resumeReading(): void;
}

export interface ReadBackpressureOptions {
  /** Sends what was read to those it is for. */
  readonly pass: () => void;
  /** Bytes that wait behind those who read and behind the log, where that is so much that they do not keep up; otherwise 0. */
  readonly backlog: () => number;
}

/**
 * Reads the clients of a room piece by piece, no faster than others can take what they write and the log can store it.
 *
 * libuv reads a socket up to 32 times before anything else has its turn; with twenty that send without end no tick and no commit would
 * come through for seconds, and all who read would have more unsent at once than a client may have.
 */
export class ReadBackpressure {
  readonly #options: ReadBackpressureOptions;
  #active = new Set<PausableReader>();
  #bytes = 0;
  #patienceMs = PATIENCE_MS;
  #next: NodeJS.Immediate | NodeJS.Timeout | undefined;

  constructor(options: ReadBackpressureOptions) {
    this.#options = options;
  }

  /** The room was sent so much by a client. */
  took(from: PausableReader, bytes: number): void {
    this.#bytes += bytes;
    this.#active.add(from);
    // What it had sent before the others were held has just come.
    if (this.#next !== undefined) from.pauseReading();
    else if (this.#bytes >= BYTES_PER_TURN) this.#passNext();
  }

  /** What was read has been taken in, and what it led to has been sent. */
  passed(): void {
    if (this.#next !== undefined || this.#active.size === 0) return;
    const backlog = this.#options.backlog();
    if (backlog === 0) {
      this.#patienceMs = PATIENCE_MS;
      this.#startOver();
    } else {
      this.#hold();
      this.#wait(backlog, performance.now());
    }
  }

  forget(client: PausableReader): void {
    this.#active.delete(client);
  }

  close(): void {
    clearImmediate(this.#next as NodeJS.Immediate);
    clearTimeout(this.#next as NodeJS.Timeout);
  }

  #hold(): void {
    for (const client of this.#active) client.pauseReading();
  }

  #startOver(): void {
    this.#bytes = 0;
    this.#active = new Set();
  }

  #passNext(): void {
    this.#hold();
    this.#next = setImmediate(() => {
      this.#options.pass();
      this.#look(Infinity, performance.now());
    });
  }

  #wait(least: number, since: number): void {
    this.#next = setTimeout(() => this.#look(least, since), LOOK_AGAIN_MS);
  }

  /** `least` is what the backlog has come down to, and `since` when it has. */
  #look(least: number, since: number): void {
    const backlog = this.#options.backlog();
    const now = performance.now();
    if (backlog < least) {
      if (least !== Infinity) this.#patienceMs = PATIENCE_MS;
      [least, since] = [backlog, now];
    }
    if (backlog > 0 && now - since < this.#patienceMs) {
      this.#wait(least, since);
      return;
    }
    this.#patienceMs = backlog > 0 ? SPENT_PATIENCE_MS : PATIENCE_MS;
    this.#next = undefined;
    const held = [...this.#active];
    this.#startOver();
    for (const client of held) client.resumeReading();
  }
}
