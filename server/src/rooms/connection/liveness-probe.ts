import type { SendProgress } from './send-progress.js';

/** Time to answer: longer than any usable network needs. */
const ANSWER_WITHIN_MS = 1_000;
/** After an answer the connection is not probed again for this long. */
const BELIEVED_FOR_MS = 5_000;

export interface LivenessProbeOptions {
  readonly ping: () => void;
  /** Whether the socket is being read; otherwise no answer would be noticed. */
  readonly isRead: () => boolean;
  readonly sendProgress: () => SendProgress;
  readonly cut: () => void;
  readonly now?: () => number;
}

/** Checks on demand whether a connection is alive. */
export class LivenessProbe {
  readonly #options: LivenessProbeOptions;
  readonly #now: () => number;
  readonly #askers = new Map<object, () => void>();
  #timer: NodeJS.Timeout | undefined;
  #before: SendProgress = { taken: 0, waiting: 0 };
  #believedUntil = -Infinity;

  constructor(options: LivenessProbeOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Calls back if the connection was dead and has been terminated. */
  ask(asker: object, cut: () => void): void {
    const { isRead, ping, sendProgress } = this.#options;
    if (!isRead() || this.#now() < this.#believedUntil) return;
    this.#askers.set(asker, cut);
    if (this.#timer !== undefined) return;
    this.#before = sendProgress();
    ping();
    // Read first what has arrived by then.
    this.#timer = setTimeout(() => setImmediate(() => this.#conclude()), ANSWER_WITHIN_MS);
  }

  /** Data has arrived. */
  heard(): void {
    if (this.#timer === undefined) return;
    this.end();
    this.#believedUntil = this.#now() + BELIEVED_FOR_MS;
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#askers.clear();
  }

  #conclude(): void {
    if (this.#timer === undefined) return;
    const { isRead, sendProgress, cut } = this.#options;
    // The answer may be queued behind data that one of the sides is still reading.
    const isReading = this.#before.waiting > 0 && sendProgress().taken > this.#before.taken;
    const askers = [...this.#askers.values()];
    const isDead = isRead() && !isReading;
    this.end();
    if (!isDead) return;
    cut();
    for (const told of askers) told();
  }
}
