/** Bytes that are read from all clients of a room before they are relayed: fewer than would make a reader lag. */
const BYTES_PER_TURN = 256 * 1024;
const CHECK_EVERY_MS = 5;
/** A backlog that has not shrunk for this long may be stuck for good, so writers go on. */
const PATIENCE_MS = 1_000;
/** After that, writers wait this long each time. */
const SPENT_PATIENCE_MS = 10;

/** A connection whose reading can be paused. */
export interface PausableReader {
  pauseReading(): void;
  resumeReading(): void;
}

export interface ReadBackpressureOptions {
  /** Sends what was read to its recipients. */
  readonly pass: () => void;
  /** Bytes that wait for slow readers or the log, if they are more than these keep up with; otherwise 0. */
  readonly backlog: () => number;
}

/**
 * Reads the clients of a room in portions, no faster than other clients can receive the data and the log can store it.
 *
 * libuv reads a socket up to 32 times in a row. With twenty clients that send continuously, no tick and no commit would
 * run for seconds, and every reader would exceed its limit of unsent bytes at once.
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

  /** Bytes arrived from a client. */
  took(from: PausableReader, bytes: number): void {
    this.#bytes += bytes;
    this.#active.add(from);
    // The client had already sent this when the others were paused.
    if (this.#next !== undefined) from.pauseReading();
    else if (this.#bytes >= BYTES_PER_TURN) this.#passNext();
  }

  /** What was read has been applied and its results have been sent. */
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
      this.#checkBacklog(Infinity, performance.now());
    });
  }

  #wait(least: number, since: number): void {
    this.#next = setTimeout(() => this.#checkBacklog(least, since), CHECK_EVERY_MS);
  }

  /** `least` is the smallest backlog so far, reached at `since`. */
  #checkBacklog(least: number, since: number): void {
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
