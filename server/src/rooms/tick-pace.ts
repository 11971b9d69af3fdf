/** So many ticks in a span, and it is cheaper to let them come together. */
const MANY_TICKS = 40;
const SPAN_MS = 50;
const SLOT_MS = 10;

/**
 * The ticks of all rooms of a process.
 *
 * Each wakes the event loop, and finds cold caches. While there are hundreds a second, those of 10 ms run one after the other.
 */
export class TickPace {
  readonly #due = new Map<number, Set<() => void>>();
  #since = -Infinity;
  #ticks = 0;
  #many = false;

  /** A tick ran. */
  ran(now: number): void {
    if (now - this.#since > SPAN_MS) {
      this.#many = now - this.#since < 2 * SPAN_MS && this.#ticks >= MANY_TICKS;
      this.#since = now;
      this.#ticks = 0;
    }
    this.#ticks++;
  }

  isBusy(now: number): boolean {
    return this.#many && now - this.#since < 2 * SPAN_MS;
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
}
