/**
 * Knows which local edits are stored, from nothing but the server's acknowledgements.
 *
 * Frames are counted for each connection from 1, as the server counts them; edits over the whole life of the document.
 */
export class Acknowledgements {
  #edits = 0;
  #storedEdits = 0;
  #acknowledgedFrames = 0;
  /** The edits that each unacknowledged frame of this connection completes, oldest first. */
  #inFlight: number[] = [];
  /** A frame was not taken: what follows it cannot be applied until everything is sent again. */
  #gap = false;

  get edits(): number {
    return this.#edits;
  }

  get storedEdits(): number {
    return this.#storedEdits;
  }

  /** Whether every edit is stored. Frames without edits, such as the first answer of a client that has none, do not count. */
  get complete(): boolean {
    return this.#storedEdits === this.#edits;
  }

  edited(): void {
    this.#edits++;
  }

  /** A document frame was sent that, with those before it, carries every edit up to `edits`. */
  sent(edits: number): void {
    this.#inFlight.push(this.#gap ? 0 : edits);
  }

  /** A document frame was sent that carries, on its own, every edit that the server lacks. */
  sentAll(): void {
    this.#gap = false;
    this.sent(this.#edits);
  }

  /** The server did not take a frame, for now. It still acknowledges it, as it does every frame: that counts for nothing. */
  notTaken(frame: number): void {
    this.#gap = true;
    const first = Math.max(0, frame - this.#acknowledgedFrames - 1);
    this.#inFlight.fill(0, first);
  }

  /** The first `frames` frames of this connection are stored. */
  acknowledged(frames: number): void {
    while (this.#acknowledgedFrames < frames) {
      const edits = this.#inFlight.shift();
      if (edits === undefined) return;
      this.#acknowledgedFrames++;
      this.#storedEdits = Math.max(this.#storedEdits, edits);
    }
  }

  /** What was in flight may be lost: the next connection sends what the server lacks and counts from 1. */
  disconnected(): void {
    this.#inFlight = [];
    this.#acknowledgedFrames = 0;
    this.#gap = false;
  }
}
