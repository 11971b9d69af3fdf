export interface TokenBucketOptions {
  readonly perSecond: number;
  /** Tokens after an idle time. */
  readonly burst: number;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

/** A token bucket. It reads the clock only when it is empty, which keeps counting cheap. */
export class TokenBucket {
  readonly #options: TokenBucketOptions;
  #tokens: number;
  #filledAt: number;

  constructor(options: TokenBucketOptions) {
    this.#options = options;
    this.#tokens = options.burst;
    this.#filledAt = options.now();
  }

  /**
   * Takes tokens, going into debt if there are too few. Returns the milliseconds until the debt is paid; 0 if there is
   * none.
   */
  take(count: number): number {
    if (this.#tokens < count) this.#fill();
    this.#tokens -= count;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#options.perSecond) * 1000;
  }

  /** Takes a token if there is one. */
  tryTake(): boolean {
    if (this.#tokens < 1) this.#fill();
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  #fill(): void {
    const { perSecond, burst, now } = this.#options;
    const time = now();
    this.#tokens = Math.min(burst, this.#tokens + ((time - this.#filledAt) / 1000) * perSecond);
    this.#filledAt = time;
  }
}
