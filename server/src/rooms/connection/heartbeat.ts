import type { SendProgress } from './send-progress.js';

/** Two minutes: a client that does not read for one, since its tab sleeps, cannot answer before it has read what came before the ping. */
const MOST_UNANSWERED_PINGS = 8;

export interface HeartbeatOptions {
  readonly ping: () => void;
  /** Nothing has been heard for too long. */
  readonly cut: () => void;
  /** Writes something that means nothing. */
  readonly sendKeepAlive: () => void;
  readonly sendProgress: () => SendProgress;
}

/** Finds dead connections, and keeps quiet ones from being taken for dead. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #unanswered = 0;
  #wrote = false;
  #sendProgress: SendProgress = { taken: 0, waiting: 0 };

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Something has come. A pong may be far behind what else was sent. */
  heard(): void {
    this.#unanswered = 0;
  }

  wrote(): void {
    this.#wrote = true;
  }

  /** Called at regular times. */
  beat(): void {
    this.#look();
    if (this.#unanswered >= MOST_UNANSWERED_PINGS) {
      this.#options.cut();
      return;
    }
    this.#unanswered++;
    this.#options.ping();
    if (!this.#wrote) this.#options.sendKeepAlive();
    this.#wrote = false;
  }

  /** Who reads what it was sent is alive, however long that takes: a ping waits behind it. */
  #look(): void {
    const before = this.#sendProgress;
    this.#sendProgress = this.#options.sendProgress();
    // What had room in the system's memory tells nothing.
    if (before.waiting > 0 && this.#sendProgress.taken > before.taken) this.#unanswered = 0;
  }
}
