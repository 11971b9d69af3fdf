import { performance } from 'node:perf_hooks';

/** So many ticks in a span, and it is cheaper to let them come together. */
const MANY_TICKS = 40;
const SPAN_MS = 50;
const SLOT_MS = 10;

/** How the event loop is looked at where there are many ticks, and what is too much and little for it: the rest is what joins and cold opens have. */
const LOOK_EVERY_MS = 250;
const STRAINED = 0.4;
const AT_EASE = 0.2;
/** Once may be a pause of the process. */
const CALM_LOOKS = 2;
/** What is seen so late is still seen as movement. */
const MOST_WINDOW_MS = 80;
const WINDOW_GROWTH = 1.5;

/** The part of its time for which the event loop has been busy since it was asked last, 0 to 1. */
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
 * The ticks of all rooms of a process.
 *
 * Each wakes the event loop, and finds cold caches. While there are hundreds a second, those of 10 ms run one after the other. Where even
 * that takes much of its time, each room ticks less often, so that more of what it is sent goes along in one write.
 */
export class TickPace {
  readonly #utilization: LoopUtilization;
  readonly #due = new Map<number, Set<() => void>>();
  #since = -Infinity;
  #ticks = 0;
  #many = false;
  #windowMs = SLOT_MS;
  #lookedAt = -Infinity;
  /** How often in a row there were few ticks when the event loop was looked at. */
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
      if (now - this.#lookedAt >= LOOK_EVERY_MS) this.#look(now);
    }
    this.#ticks++;
  }

  isBusy(now: number): boolean {
    return this.#many && now - this.#since < 2 * SPAN_MS;
  }

  /** How long a room gathers at the least between two intakes. */
  get windowMs(): number {
    return this.#windowMs > SLOT_MS ? this.#windowMs : 0;
  }

  /** Calls at `at` or up to 10 ms later, with others. Returns what takes the call off again. */
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

  #look(now: number): void {
    this.#lookedAt = now;
    const utilization = this.#utilization();
    this.#calm = this.#many ? 0 : this.#calm + 1;
    if (utilization > STRAINED && this.#many)
      this.#windowMs = Math.min(MOST_WINDOW_MS, this.#windowMs * WINDOW_GROWTH);
    else if (utilization < AT_EASE || this.#calm >= CALM_LOOKS)
      this.#windowMs = Math.max(SLOT_MS, this.#windowMs / WINDOW_GROWTH);
  }
}
