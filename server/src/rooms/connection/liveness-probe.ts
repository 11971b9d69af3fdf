import type { SendProgress } from './send-progress.js';

/** So long a connection has to answer: more than any line takes on which people work together. */
const ANSWER_WITHIN_MS = 1_000;
/** Who has just answered is not asked again, however many want to know. */
const BELIEVED_FOR_MS = 5_000;

export interface LivenessProbeOptions {
  readonly ping: () => void;
  /** Whether what comes is read at present: else no answer would be heard. */
  readonly isRead: () => boolean;
  readonly sendProgress: () => SendProgress;
  readonly cut: () => void;
  readonly now?: () => number;
}

/** Finds out at once, for those who have to know, whether a connection lives. */
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

  /** Calls back once the connection has been cut, if it was. */
  ask(asker: object, cut: () => void): void {
    const { isRead, ping, sendProgress } = this.#options;
    if (!isRead() || this.#now() < this.#believedUntil) return;
    this.#askers.set(asker, cut);
    if (this.#timer !== undefined) return;
    this.#before = sendProgress();
    ping();
    // What has arrived by then is read first.
    this.#timer = setTimeout(() => setImmediate(() => this.#judge()), ANSWER_WITHIN_MS);
  }

  /** Something has come. */
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

  #judge(): void {
    if (this.#timer === undefined) return;
    const { isRead, sendProgress, cut } = this.#options;
    // The answer may be behind much that is read, here or there.
    const isReading = this.#before.waiting > 0 && sendProgress().taken > this.#before.taken;
    const askers = [...this.#askers.values()];
    const isDead = isRead() && !isReading;
    this.end();
    if (!isDead) return;
    cut();
    for (const told of askers) told();
  }
}
