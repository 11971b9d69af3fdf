/** Who sends less than this between two probes is not behind. */
const HEAVY_BYTES = 64 * 1024;
const PROBE_EVERY_MS = 250;
/** What was sent so long ago is old. */
const OLD_MS = 2_500;

export interface BacklogAgeOptions {
  /** Sends what the client's WebSocket answers behind all that it has sent before. */
  readonly probe: () => void;
  /** Milliseconds of some clock that only goes forward. */
  readonly now?: () => number;
}

/** How long ago a client sent what comes from it now: what it sends faster than it is read waits in the network. */
export class BacklogAge {
  readonly #options: BacklogAgeOptions;
  readonly #now: () => number;
  #bytes = 0;
  #probedAt = -Infinity;
  #isOutstanding = false;
  #age = 0;

  constructor(options: BacklogAgeOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** So much has come. */
  took(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < HEAVY_BYTES || this.#isOutstanding) return;
    const now = this.#now();
    if (now - this.#probedAt < PROBE_EVERY_MS) return;
    this.#bytes = 0;
    this.#probedAt = now;
    this.#isOutstanding = true;
    this.#options.probe();
  }

  /** The probe has been answered. */
  answered(): void {
    this.#isOutstanding = false;
    this.#age = this.#now() - this.#probedAt;
  }

  /** Whether what comes is so old that others are better served with what it led to. */
  get isOld(): boolean {
    const sinceProbe = this.#now() - this.#probedAt;
    if (this.#isOutstanding) return Math.max(this.#age, sinceProbe) > OLD_MS;
    // Who has sent little since has nothing behind it.
    return this.#age > OLD_MS && sinceProbe < this.#age + 2 * PROBE_EVERY_MS;
  }
}
