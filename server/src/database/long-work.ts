import type { Database } from './database.js';

/** Somebody who has promised how soon what it shows is stored. Resolves when it owes nothing. */
export type Settle = () => Promise<unknown>;

/** Who owes something for longer is not waited for: what it waits for may be the database itself. */
const MOST_WAIT_MS = 2_000;

/**
 * What keeps an embedded database from all else for a tenth of a second or more, such as storing a large snapshot or cleaning up.
 *
 * It has one connection: commits that would come meanwhile wait. Those who have promised something about them are told before.
 */
export class LongWork {
  readonly #settles = new Set<Settle>();
  #underWay = 0;

  /** Whether some is under way, or about to begin. */
  get isUnderWay(): boolean {
    return this.#underWay > 0;
  }

  /** Has `settle` called before long work begins, until what this returns is called. */
  before(settle: Settle): () => void {
    this.#settles.add(settle);
    return () => this.#settles.delete(settle);
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay++;
    try {
      await this.#settled();
      return await work();
    } finally {
      this.#underWay--;
    }
  }

  async #settled(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const longEnough = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, MOST_WAIT_MS);
    });
    await Promise.race([Promise.allSettled([...this.#settles].map((settle) => settle())), longEnough]);
    clearTimeout(timer);
  }
}

/** To store so much takes the embedded database some 10 ms. */
const LONG_FROM_BYTES = 256 * 1024;

/** Runs what takes the database long, such as what is of so many bytes. Where that holds up others they are told before. */
export const runLong = <T>({ longWork }: Database, work: () => Promise<T>, bytes = Infinity): Promise<T> =>
  longWork === undefined || bytes < LONG_FROM_BYTES ? work() : longWork.run(work);
