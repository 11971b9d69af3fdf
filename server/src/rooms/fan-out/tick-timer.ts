import type { TickPace } from './tick-pace.js';

/** One call that is to come: at the end of the turn of the event loop, or when a time has come. */
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
   * The call comes at `at` (as `performance.now()` counts) or before; at the end of this turn when that is `now`. It comes a little later
   * where that saves work.
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
