import type { Clock } from './ports.js';

/** Servers ping and presence is renewed every 15 s: this much silence is worth a question. */
export const SILENCE_MS = 25_000;
/** A question that stays without an answer for this long means that the connection is dead. */
export const PROBE_TIMEOUT_MS = 8_000;

export interface SilenceOptions {
  readonly clock: Clock;
  /** Sends what the server answers. */
  readonly ask: () => void;
  readonly onDead: () => void;
}

/** Notices that a line which says that it is open carries nothing any more. */
export class Silence {
  readonly #options: SilenceOptions;
  #timer: unknown;
  #heardAt = 0;

  constructor(options: SilenceOptions) {
    this.#options = options;
  }

  /** The line is open. */
  start(): void {
    this.heard();
    this.#watch(SILENCE_MS);
  }

  heard(): void {
    this.#heardAt = this.#options.clock.now();
  }

  /** Asks now, and waits for the answer. */
  ask(): void {
    const { clock, ask, onDead } = this.#options;
    const askedAt = clock.now();
    ask();
    this.stop();
    this.#timer = clock.setTimeout(() => {
      if (this.#heardAt >= askedAt) this.#watch(SILENCE_MS);
      else onDead();
    }, PROBE_TIMEOUT_MS);
  }

  stop(): void {
    this.#options.clock.clearTimeout(this.#timer);
  }

  #watch(delayMs: number): void {
    const { clock } = this.#options;
    this.stop();
    this.#timer = clock.setTimeout(() => {
      const silenceMs = clock.now() - this.#heardAt;
      if (silenceMs < SILENCE_MS) this.#watch(SILENCE_MS - silenceMs);
      else this.ask();
    }, delayMs);
  }
}
