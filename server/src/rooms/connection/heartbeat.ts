import type { SendProgress } from './send-progress.js';

/**
 * Two minutes at the default interval: a client whose tab has slept for one must first read what came before the ping.
 */
const MOST_UNANSWERED_PINGS = 8;

export interface HeartbeatOptions {
  readonly ping: () => void;
  /** Nothing has been heard for too long. */
  readonly cut: () => void;
  /** Writes a frame without effect. */
  readonly sendKeepAlive: () => void;
  readonly sendProgress: () => SendProgress;
}

/** Detects dead connections, and keeps quiet ones from being taken for dead. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #unanswered = 0;
  #wrote = false;
  #sendProgress: SendProgress = { taken: 0, waiting: 0 };

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Data has arrived. Any data counts, since a pong may be far behind it. */
  heard(): void {
    this.#unanswered = 0;
  }

  wrote(): void {
    this.#wrote = true;
  }

  /** Called periodically. */
  beat(): void {
    this.#checkReading();
    if (this.#unanswered >= MOST_UNANSWERED_PINGS) {
      this.#options.cut();
      return;
    }
    this.#unanswered++;
    this.#options.ping();
    if (!this.#wrote) this.#options.sendKeepAlive();
    this.#wrote = false;
  }

  /** A client that reads what it was sent is alive, however long the ping waits behind that. */
  #checkReading(): void {
    const before = this.#sendProgress;
    this.#sendProgress = this.#options.sendProgress();
    // If nothing was waiting, the kernel may have taken the bytes without the peer reading any.
    if (before.waiting > 0 && this.#sendProgress.taken > before.taken) this.#unanswered = 0;
  }
}
