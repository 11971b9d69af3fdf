/** A socket that can be paused and resumed. */
export interface Pausable {
  pause(): void;
  resume(): void;
}

/**
 * The server is stopping; the room applies backpressure; the client is over its budget; its first frame waits for the
 * room.
 */
export type PauseReason = 'draining' | 'room' | 'budget' | 'opening';

/** Reads a socket only while there is no reason to pause it. */
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
