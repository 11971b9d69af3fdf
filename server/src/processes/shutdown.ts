import type { Logger } from '../observability/logger.js';

interface Step {
  readonly name: string;
  readonly stop: () => Promise<unknown> | void;
}

/** What has been started, to be stopped in reverse order. */
export class Shutdown {
  readonly #logger: Logger;
  readonly #steps: Step[] = [];
  #running: Promise<boolean> | undefined;

  constructor(options: { logger: Logger }) {
    this.#logger = options.logger;
  }

  /** `stop` runs before everything that was registered earlier. */
  register(name: string, stop: Step['stop']): void {
    this.#steps.push({ name, stop });
  }

  /** Stops everything once, however often it is called; a step that fails does not keep the others from stopping. */
  run(): Promise<boolean> {
    this.#running ??= this.#stopAll();
    return this.#running;
  }

  async #stopAll(): Promise<boolean> {
    let clean = true;
    for (const { name, stop } of this.#steps.reverse()) {
      try {
        await stop();
      } catch (error) {
        clean = false;
        this.#logger.error({ err: error, step: name }, 'could not stop cleanly');
      }
    }
    return clean;
  }
}
