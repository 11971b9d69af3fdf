import type { Client } from './client.js';
import type { Tally } from './tally.js';

/** A client with more than this unsent leaves writes out: one that drags a node sends its newest pose, not all. */
const UNSENT_BOUND = 64 * 1024;

/** Writers that write at a fixed rate, whatever the server does (open loop). */
export class WriteLoad {
  readonly #writers: readonly Client[];
  readonly #tally: Tally;
  #timer: NodeJS.Timeout | undefined;
  #due: Float64Array = new Float64Array();
  #intervalMs = 0;
  /** Writes that left, and writes that did not since what was written before had not left yet. */
  sent = 0;
  withheld = 0;

  readonly #frameOfNext: (client: Client) => Buffer;

  constructor(
    writers: readonly Client[],
    tally: Tally,
    frameOfNext: (client: Client) => Buffer = (client) => client.frameOfNextWrite(),
  ) {
    this.#writers = writers;
    this.#tally = tally;
    this.#frameOfNext = frameOfNext;
  }

  /** From now on every writer writes `rate` times a second, evenly spread among them. */
  start(rate: number): void {
    this.stop();
    this.#intervalMs = 1000 / rate;
    const now = performance.now();
    this.#due = Float64Array.from(
      this.#writers,
      (_, at) => now + (this.#intervalMs * (at + 1)) / this.#writers.length,
    );
    this.#timer = setInterval(() => this.#tick(), 1);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    for (let at = 0; at < this.#writers.length; at++) {
      let due = this.#due[at] as number;
      if (due > now) continue;
      const writer = this.#writers[at] as Client;
      const frames: Buffer[] = [];
      let unsent = writer.socket.isOpen ? writer.socket.unsentBytes : Infinity;
      for (; due <= now; due += this.#intervalMs) {
        if (unsent > UNSENT_BOUND) this.withheld++;
        else {
          this.#tally.wrote(writer.writerIndex ?? 0, writer.nextSeq, due);
          const frame = this.#frameOfNext(writer);
          unsent += frame.byteLength;
          frames.push(frame);
        }
      }
      this.#due[at] = due;
      this.sent += frames.length;
      if (frames.length > 0) writer.socket.sendFrames(frames);
    }
  }
}
