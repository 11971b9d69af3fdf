import type { Logger } from '../observability/logger.js';

export interface HousekeepingOptions {
  readonly logger: Logger;
  /** By name; each resolves with how many rows it removed. */
  readonly tasks: Readonly<Record<string, () => Promise<number>>>;
  /** Default one hour. */
  readonly everyMs?: number;
}

/** Removes what is no longer kept, now and then. Several servers may do so at the same time. */
export class Housekeeping {
  readonly #options: HousekeepingOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: HousekeepingOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#running = this.run();
    }, this.#options.everyMs ?? 3_600_000);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async run(): Promise<void> {
    const { tasks, logger } = this.#options;
    for (const [name, task] of Object.entries(tasks)) {
      try {
        const removed = await task();
        if (removed > 0) logger.info({ removed, task: name }, 'removed what is no longer kept');
      } catch (error) {
        logger.warn({ err: error, task: name }, 'housekeeping failed; the next round tries again');
      }
    }
  }
}
