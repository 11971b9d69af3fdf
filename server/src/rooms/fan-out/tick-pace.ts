import { performance } from 'node:perf_hooks';

/** With this many ticks in a span, it is cheaper to run them together. */
const MANY_TICKS = 40;
const SPAN_MS = 50;
const SLOT_MS = 10;

/**
 * How often the load of the event loop is measured while there are many ticks, and the thresholds for longer and
 * shorter windows. The rest of the time is left for joining clients and cold scenes.
 */
const MEASURE_EVERY_MS = 250;
const STRAINED = 0.4;
const AT_EASE = 0.2;
/** A single measurement with few ticks may be a pause of the process. */
const CALM_MEASUREMENTS = 2;
/** Movement still looks continuous with this delay. */
const MOST_WINDOW_MS = 80;
const WINDOW_GROWTH = 1.5;

/** The fraction of time, 0 to 1, that the event loop has been busy since the last call. */
export type LoopUtilization = () => number;

export function measureLoop(): LoopUtilization {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization;
  };
}

/**
 * Coordinates the ticks of all rooms of a process.
 *
 * Each tick wakes the event loop and finds cold caches. While there are hundreds per second, the ticks of 10 ms run one
 * after the other. If even that takes too much time, each room ticks less often, so that more updates share a write.
 */
export class TickPace {
  readonly #utilization: LoopUtilization;
  readonly #due = new Map<number, Set<() => void>>();
  #since = -Infinity;
  #ticks = 0;
  #many = false;
  #windowMs = SLOT_MS;
  #measuredAt = -Infinity;
  /** Consecutive measurements with few ticks. */
  #calm = 0;

  constructor(utilization: LoopUtilization = measureLoop()) {
    this.#utilization = utilization;
  }

  /** A tick ran. */
  ran(now: number): void {
    if (now - this.#since > SPAN_MS) {
      this.#many = now - this.#since < 2 * SPAN_MS && this.#ticks >= MANY_TICKS;
      this.#since = now;
      this.#ticks = 0;
      if (now - this.#measuredAt >= MEASURE_EVERY_MS) this.#measure(now);
    }
    this.#ticks++;
  }

  isBusy(now: number): boolean {
    return this.#many && now - this.#since < 2 * SPAN_MS;
  }

  /** The least time between two intakes of a room. */
  get windowMs(): number {
    return this.#windowMs > SLOT_MS ? this.#windowMs : 0;
  }

  /** Calls back at `at` or up to 10 ms later, together with other calls. Returns the function that cancels the call. */
  join(at: number, now: number, call: () => void): () => void {
    const slot = Math.ceil(at / SLOT_MS) * SLOT_MS;
    let calls = this.#due.get(slot);
    if (calls === undefined) {
      const together = (calls = new Set());
      this.#due.set(slot, together);
      setTimeout(() => {
        this.#due.delete(slot);
        for (const each of together) each();
      }, slot - now);
    }
    const joined = calls;
    joined.add(call);
    return () => joined.delete(call);
  }

  #measure(now: number): void {
    this.#measuredAt = now;
    const utilization = this.#utilization();
    this.#calm = this.#many ? 0 : this.#calm + 1;
    if (utilization > STRAINED && this.#many)
      this.#windowMs = Math.min(MOST_WINDOW_MS, this.#windowMs * WINDOW_GROWTH);
    else if (utilization < AT_EASE || this.#calm >= CALM_MEASUREMENTS)
      this.#windowMs = Math.max(SLOT_MS, this.#windowMs / WINDOW_GROWTH);
  }
}
