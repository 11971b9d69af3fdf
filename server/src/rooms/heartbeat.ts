/** Two minutes: a client that does not read for one, since its tab sleeps, cannot answer before it has read what came before the ping. */
const MOST_UNANSWERED_PINGS = 8;

export interface HeartbeatOptions {
  readonly ping: () => void;
  /** Nothing has been heard for too long. */
  readonly cut: () => void;
  /** Writes something that means nothing. */
  readonly saySomething: () => void;
}

/** Finds dead connections, and keeps quiet ones from being taken for dead. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #unanswered = 0;
  #wrote = false;

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
    if (this.#unanswered >= MOST_UNANSWERED_PINGS) {
      this.#options.cut();
      return;
    }
    this.#unanswered++;
    this.#options.ping();
    if (!this.#wrote) this.#options.saySomething();
    this.#wrote = false;
  }
}
