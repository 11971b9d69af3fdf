/** A client that sent less between two probes has no backlog. */
const HEAVY_TAKEN_BYTES = 64 * 1024;
/**
 * A client that was sent less between two probes has no backlog either: at 100 kB/s this takes about as long as
 * `OLD_MS`.
 */
const HEAVY_WRITTEN_BYTES = 256 * 1024;
const PROBE_EVERY_MS = 250;
/** Age from which a backlog counts as old. */
const OLD_MS = 2_500;

export interface BacklogAgeOptions {
  /** Sends a ping, which the client answers after everything that was sent before it, in both directions. */
  readonly probe: (number: number) => void;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

interface Probe {
  readonly number: number;
  readonly sentAt: number;
  readonly answered: (() => void) | undefined;
}

/**
 * Measures how long data takes between the client and the server.
 *
 * What one side sends faster than the other reads waits in the network, where the kernel buffers megabytes of it. Only
 * the answer to a probe sent after it shows the delay.
 */
export class BacklogAge {
  readonly #options: BacklogAgeOptions;
  readonly #now: () => number;
  readonly #unanswered: Probe[] = [];
  #probes = 0;
  #taken = 0;
  #written = 0;
  #probedAt = -Infinity;
  #age = 0;

  constructor(options: BacklogAgeOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Bytes arrived from the client. */
  took(bytes: number): void {
    this.#taken += bytes;
    if (this.#taken >= HEAVY_TAKEN_BYTES) this.#probeInTime();
  }

  /** Bytes were written to the client. */
  wrote(bytes: number): void {
    this.#written += bytes;
    if (this.#written >= HEAVY_WRITTEN_BYTES) this.#probeInTime();
  }

  /** Calls back when everything that was written so far has arrived. */
  onceArrived(callback: () => void): void {
    this.#probe(this.#now(), callback);
  }

  /** The client has answered this probe, and so has received everything before it. */
  answered(number: number): void {
    if (!this.#unanswered.some((probe) => probe.number === number)) return;
    const behind = this.#unanswered.findIndex((probe) => probe.number > number);
    for (const probe of this.#unanswered.splice(0, behind < 0 ? this.#unanswered.length : behind)) {
      this.#age = this.#now() - probe.sentAt;
      probe.answered?.();
    }
  }

  /** Whether the client's data is so old that others should be sent only its end result. */
  get isOld(): boolean {
    const sinceProbe = this.#now() - this.#probedAt;
    if (this.#unanswered.length > 0) return Math.max(this.#age, this.#unansweredMs) > OLD_MS;
    // A client that has sent little since the last probe has no backlog any more.
    return this.#age > OLD_MS && sinceProbe < this.#age + 2 * PROBE_EVERY_MS;
  }

  /** How many milliseconds written data has not arrived, as far as that can be told; otherwise 0. */
  get lateMs(): number {
    // For a client that sends a lot, the answer waits behind that data, and says nothing about what it receives.
    return this.#taken < HEAVY_TAKEN_BYTES ? this.#unansweredMs : 0;
  }

  get #unansweredMs(): number {
    const oldest = this.#unanswered[0];
    return oldest === undefined ? 0 : this.#now() - oldest.sentAt;
  }

  #probeInTime(): void {
    if (this.#unanswered.length > 0) return;
    const now = this.#now();
    if (now - this.#probedAt >= PROBE_EVERY_MS) this.#probe(now, undefined);
  }

  #probe(now: number, answered: (() => void) | undefined): void {
    this.#taken = 0;
    this.#written = 0;
    this.#probedAt = now;
    const number = ++this.#probes;
    this.#unanswered.push({ number, sentAt: now, answered });
    this.#options.probe(number);
  }
}
