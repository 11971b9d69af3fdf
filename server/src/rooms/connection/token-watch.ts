import type { TokenRequest } from '@diorama/shared';

export interface TokenTiming {
  /**
   * How long before its expiry a new token is requested; half the remaining time for a token that expires sooner.
   * Default 30,000 ms.
   */
  readonly leadMs: number;
  /** How long a connection with an expired token may go on reading while it waits for a new one. Default 10,000 ms. */
  readonly graceMs: number;
}

export const DEFAULT_TOKEN_TIMING: TokenTiming = { leadMs: 30_000, graceMs: 10_000 };

export interface TokenWatchOptions {
  readonly timing: TokenTiming;
  readonly now: () => number;
  /** Requests a new token; undefined for clients that would not understand, which get no grace period either. */
  readonly ask: ((request: TokenRequest) => void) | undefined;
  /** The token has expired. */
  readonly expired: () => void;
  /** No new token came in time. */
  readonly close: () => void;
}

/** Longest delay of a Node timer. A timer with a longer one fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Requests a new token before the current one expires, and again once it has. Then closes the connection. */
export class TokenWatch {
  readonly #options: TokenWatchOptions;
  #expiresAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: TokenWatchOptions) {
    this.#options = options;
  }

  /** Watches a token that expires then; undefined for one that never expires. */
  start(expiresAt: number | undefined): void {
    this.stop();
    if (expiresAt === undefined) return;
    // If the same token comes again, it is not requested again before it expires.
    const isLater = expiresAt > this.#expiresAt;
    this.#expiresAt = expiresAt;
    const { ask, timing, now } = this.#options;
    const leadMs = Math.min(timing.leadMs, (expiresAt - now()) / 2);
    if (ask === undefined || !isLater || leadMs <= 0) this.#at(expiresAt, () => this.#end());
    else this.#at(expiresAt - leadMs, () => this.#askEarly(ask));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #askEarly(ask: (request: TokenRequest) => void): void {
    this.#ask(ask, 'expiring');
    this.#at(this.#expiresAt, () => this.#end());
  }

  #end(): void {
    const { ask, timing, expired, close } = this.#options;
    expired();
    if (ask === undefined) {
      close();
      return;
    }
    this.#ask(ask, 'expired');
    this.#at(this.#expiresAt + timing.graceMs, close);
  }

  #ask(ask: (request: TokenRequest) => void, reason: TokenRequest['reason']): void {
    const deadline = this.#expiresAt + this.#options.timing.graceMs;
    ask({ reason, deadline_ms: Math.max(0, Math.round(deadline - this.#options.now())) });
  }

  #at(time: number, act: () => void): void {
    const waitMs = Math.max(0, time - this.#options.now());
    const isLast = waitMs <= LONGEST_TIMER_MS;
    // Not `unref`: Node keeps its list of unreferenced timers of one duration until that duration is over, here for
    // hours after each connection.
    this.#timer = setTimeout(
      () => (isLast ? act() : this.#at(time, act)),
      Math.min(waitMs, LONGEST_TIMER_MS),
    );
  }
}
