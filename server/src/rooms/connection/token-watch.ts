import type { TokenRequest } from '@diorama/shared';

export interface TokenTiming {
  /** How long before its end another token is asked for; halfway through what is left of a shorter one. Default 30,000 ms. */
  readonly leadMs: number;
  /** How long a connection whose token has ended may go on reading while it waits for another. Default 10,000 ms. */
  readonly graceMs: number;
}

export const DEFAULT_TOKEN_TIMING: TokenTiming = { leadMs: 30_000, graceMs: 10_000 };

export interface TokenWatchOptions {
  readonly timing: TokenTiming;
  readonly now: () => number;
  /** Asks the client for another token; undefined for clients that would not understand, which get no grace either. */
  readonly ask: ((request: TokenRequest) => void) | undefined;
  /** The token has ended. */
  readonly expired: () => void;
  /** No other token came in time. */
  readonly close: () => void;
}

/** What Node's timers can hold; they fire at once for more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Asks for another token some time before one ends and again when it has, then gives up. */
export class TokenWatch {
  readonly #options: TokenWatchOptions;
  #expiresAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: TokenWatchOptions) {
    this.#options = options;
  }

  /** From now on watches over a token that ends then; undefined for one that never does. */
  start(expiresAt: number | undefined): void {
    this.stop();
    if (expiresAt === undefined) return;
    // The same token again is no reason to ask once more before it ends.
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
    // Not `unref`: of such timers Node keeps what belongs to a duration until that is over, here for hours after each connection.
    this.#timer = setTimeout(
      () => (isLast ? act() : this.#at(time, act)),
      Math.min(waitMs, LONGEST_TIMER_MS),
    );
  }
}
