import type { TickPace } from './tick-pace.js';

/** Schedules one call: at the end of the event loop turn, or at a given time. */
export class TickTimer {
  readonly #pace: TickPace;
  readonly #run: () => void;
  #at = Infinity;
  #cancel: (() => void) | undefined;

  constructor(pace: TickPace, run: () => void) {
    this.#pace = pace;
    this.#run = run;
  }

  /**
   * Schedules the call for `at` (in `performance.now()` time) or earlier; for the end of this turn if `at` is `now`. It
   * runs slightly later if that lets it share a wake-up.
   */
  noLaterThan(at: number, now: number): void {
    if (at >= this.#at) return;
    this.cancel();
    this.#at = at;
    const run = (): void => {
      this.cancel();
      this.#pace.ran(performance.now());
      this.#run();
    };
    if (this.#pace.isBusy(now)) {
      this.#cancel = this.#pace.join(at, now, run);
    } else if (at <= now) {
      const immediate = setImmediate(run);
      this.#cancel = () => clearImmediate(immediate);
    } else {
      const timer = setTimeout(run, at - now);
      this.#cancel = () => clearTimeout(timer);
    }
  }

  cancel(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#at = Infinity;
  }
}
