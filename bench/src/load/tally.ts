import { Histogram } from '../report/histogram.js';

/**
 * What a run counts: deliveries, how long they took, and how long acknowledgements took.
 *
 * Latency runs from when a write was *meant* to leave: a generator or a server that stands still makes all that it
 * holds up late, not one of them (coordinated omission).
 */
export class Tally {
  /** Writes that readers saw, and the same with those that a later state had overwritten before they saw it. */
  delivered = 0;
  covered = 0;
  frames = 0;
  /** Whether latencies are taken at present. */
  isTiming = false;
  /** Microseconds. */
  readonly latency = new Histogram();
  readonly acknowledgement = new Histogram();
  /** Writes that were meant to leave before this count for nothing. */
  since = 0;
  /** Called with each latency in milliseconds and the moment that the write was meant to leave. */
  onLatency: ((milliseconds: number, meant: number) => void) | undefined;
  readonly #meant: Float64Array[] = [];

  /** Notes when a write was meant to leave. */
  wrote(writer: number, seq: number, meant: number): void {
    let times = this.#meant[writer];
    if (times === undefined || seq >= times.length) {
      const larger = new Float64Array(Math.max(1_024, seq * 2));
      if (times !== undefined) larger.set(times);
      times = larger;
      this.#meant[writer] = times;
    }
    times[seq] = meant;
  }

  arrived(writer: number, seq: number, now: number): void {
    const meant = this.#meant[writer]?.[seq] ?? NaN;
    if (!(meant >= this.since)) return;
    this.latency.add((now - meant) * 1000);
    this.onLatency?.(now - meant, meant);
  }

  acknowledged(writer: number, seq: number, now: number): void {
    const meant = this.#meant[writer]?.[seq] ?? NaN;
    if (this.isTiming && meant >= this.since) this.acknowledgement.add((now - meant) * 1000);
  }

  /** Starts to count anew. */
  restart(): void {
    this.delivered = 0;
    this.covered = 0;
    this.frames = 0;
    this.latency.reset();
    this.acknowledgement.reset();
    this.since = performance.now();
    this.isTiming = true;
  }
}
