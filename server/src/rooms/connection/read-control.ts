/** What can be stopped and resumed. */
export interface Pausable {
  pause(): void;
  resume(): void;
}

/** The server is ending; the room has enough to do; the client has sent too much; its first frame waits for the room. */
export type PauseReason = 'draining' | 'room' | 'budget' | 'opening';

/** Whether a connection is read: as long as nothing is against it. */
export class ReadControl {
  readonly #socket: Pausable;
  readonly #reasons = new Set<PauseReason>();

  constructor(socket: Pausable) {
    this.#socket = socket;
  }

  get isPaused(): boolean {
    return this.#reasons.size > 0;
  }

  pause(reason: PauseReason): void {
    this.#reasons.add(reason);
    this.#socket.pause();
  }

  resume(reason: PauseReason): void {
    if (this.#reasons.delete(reason) && this.#reasons.size === 0) this.#socket.resume();
  }
}
