/** Who sends less than this between two probes is not behind. */
const HEAVY_TAKEN_BYTES = 64 * 1024;
/** Who was sent less than this between two probes is not behind either: on a line of 100 kB/s it takes as long as what is old. */
const HEAVY_WRITTEN_BYTES = 256 * 1024;
const PROBE_EVERY_MS = 250;
/** What was sent so long ago is old. */
const OLD_MS = 2_500;

export interface BacklogAgeOptions {
  /** Sends what the client's WebSocket answers behind all that was sent before, in both directions. */
  readonly probe: (number: number) => void;
  /** Milliseconds of some clock that only goes forward. */
  readonly now?: () => number;
}

interface Probe {
  readonly number: number;
  readonly sentAt: number;
  readonly answered: (() => void) | undefined;
}

/**
 * How long what is sent between a client and the server is on its way.
 *
 * What one sends faster than the other reads waits in the network, where the kernel keeps megabytes of it: nothing but an answer
 * to what was sent behind it tells.
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

  /** So much has come from the client. */
  took(bytes: number): void {
    this.#taken += bytes;
    if (this.#taken >= HEAVY_TAKEN_BYTES) this.#probeInTime();
  }

  /** So much was written to the client. */
  wrote(bytes: number): void {
    this.#written += bytes;
    if (this.#written >= HEAVY_WRITTEN_BYTES) this.#probeInTime();
  }

  /** Calls back once all that was written so far has arrived. */
  onceArrived(callback: () => void): void {
    this.#probe(this.#now(), callback);
  }

  /** The client has answered that probe, and with it all before. */
  answered(number: number): void {
    if (!this.#unanswered.some((probe) => probe.number === number)) return;
    const behind = this.#unanswered.findIndex((probe) => probe.number > number);
    for (const probe of this.#unanswered.splice(0, behind < 0 ? this.#unanswered.length : behind)) {
      this.#age = this.#now() - probe.sentAt;
      probe.answered?.();
    }
  }

  /** Whether what comes is so old that others are better served with what it led to. */
  get isOld(): boolean {
    const sinceProbe = this.#now() - this.#probedAt;
    if (this.#unanswered.length > 0) return Math.max(this.#age, this.#unansweredMs) > OLD_MS;
    // Who has sent little since has nothing behind it.
    return this.#age > OLD_MS && sinceProbe < this.#age + 2 * PROBE_EVERY_MS;
  }

  /** Milliseconds for which something that was written has not arrived, as far as that can be told; otherwise 0. */
  get lateMs(): number {
    // The answer of one who sends much waits behind that.
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
