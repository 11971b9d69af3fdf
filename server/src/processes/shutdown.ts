import type { Logger } from '../observability/logger.js';

interface Step {
  readonly name: string;
  readonly stop: () => Promise<unknown> | void;
}

/** What has been started, to be stopped in reverse order. */
export class Shutdown {
  readonly #logger: Logger;
  readonly #deadlineMs: number;
  readonly #steps: Step[] = [];
  #running: Promise<boolean> | undefined;

  /** `deadlineMs`: what has not stopped by then is left as it is. Default 9,000, since supervisors kill after 10 s. */
  constructor(options: { logger: Logger; deadlineMs?: number }) {
    this.#logger = options.logger;
    this.#deadlineMs = options.deadlineMs ?? 9_000;
  }

  /** `stop` runs before everything that was registered earlier. */
  register(name: string, stop: Step['stop']): void {
    this.#steps.push({ name, stop });
  }

  /**
   * Stops everything once, however often it is called; a step that fails does not keep the others from stopping.
   *
   * Resolves to whether all of it stopped cleanly and in time.
   */
  run(): Promise<boolean> {
    this.#running ??= this.#stopAll();
    return this.#running;
  }

  async #stopAll(): Promise<boolean> {
    let clean = true;
    const until = performance.now() + this.#deadlineMs;
    for (const { name, stop } of this.#steps.reverse()) {
      try {
        await within(Promise.resolve(stop()), until - performance.now());
      } catch (error) {
        clean = false;
        this.#logger.error({ err: error, step: name }, 'could not stop cleanly');
      }
    }
    return clean;
  }
}

/** Rejects when `work` takes longer. */
async function within(work: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('It did not stop in time')), Math.max(0, milliseconds));
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
