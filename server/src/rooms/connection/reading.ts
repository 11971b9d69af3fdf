/** What can be stopped and resumed. */
export interface Pausable {
  pause(): void;
  resume(): void;
}

/** The server is ending; the room has enough to do; the client has sent too much; its first frame waits for the room. */
export type WhyNotRead = 'draining' | 'room' | 'budget' | 'opening';

/** Whether a connection is read: as long as nothing is against it. */
export class Reading {
  readonly #socket: Pausable;
  readonly #against = new Set<WhyNotRead>();

  constructor(socket: Pausable) {
    this.#socket = socket;
  }

  get isStopped(): boolean {
    return this.#against.size > 0;
  }

  stop(reason: WhyNotRead): void {
    this.#against.add(reason);
    this.#socket.pause();
  }

  goOn(reason: WhyNotRead): void {
    if (this.#against.delete(reason) && this.#against.size === 0) this.#socket.resume();
  }
}
