import type { Logger } from '../../observability/logger.js';
import type { ForeignBatch, ForeignUpdates } from './foreign-updates.js';

export interface OrphanedUpdatesOptions {
  readonly foreign: ForeignUpdates;
  /** What another server has not committed after this long is committed here. */
  readonly afterMs: number;
  /**
   * Whether commits come through here. While they do not, the other server cannot store it either: each would take over what the
   * other took over from it, again and again.
   */
  readonly isStoring: () => boolean;
  /** Stores updates of another server; undefined where there is no room yet. */
  readonly store: (updates: readonly Uint8Array[]) => Promise<number> | undefined;
  readonly logger: Logger;
  /** A batch was stored, or never will be. */
  readonly settled: () => void;
}

const LEAST_WAIT_MS = 1_000;

/** What is shown must come to be stored, also when the server that showed it does not live to store it. */
export class OrphanedUpdates {
  readonly #options: OrphanedUpdatesOptions;
  readonly #adopting = new Set<ForeignBatch>();
  #timer: NodeJS.Timeout | undefined;
  /** Nothing could be stored until then: its own server gets the whole time again. */
  #awayUntil = -Infinity;
  #closed = false;

  constructor(options: OrphanedUpdatesOptions) {
    this.#options = options;
  }

  /** Stores those that are chosen. */
  adopt(which: (batch: ForeignBatch) => boolean): void {
    const { foreign, store, logger, settled } = this.#options;
    for (const batch of foreign.batches((each) => which(each) && !this.#adopting.has(each))) {
      this.#adopting.add(batch);
      store(batch.updates)
        ?.then(() => foreign.settled(batch))
        // The room fails with its log, and closes.
        .catch((error: unknown) => logger.debug({ err: error }, 'updates of another server were not stored'))
        .finally(() => {
          this.#adopting.delete(batch);
          this.watch();
          settled();
        });
    }
  }

  /** Makes sure that what stays uncommitted is stored when its time has come. */
  watch(): void {
    const { foreign, afterMs, isStoring } = this.#options;
    const { oldest } = foreign;
    if (this.#timer !== undefined || oldest === undefined || this.#closed) return;
    const due = Math.max(oldest.at, this.#awayUntil) + afterMs;
    const wait = isStoring() ? Math.max(LEAST_WAIT_MS, due - performance.now()) : LEAST_WAIT_MS;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const now = performance.now();
      if (!isStoring()) this.#awayUntil = now;
      const overdue = now - afterMs;
      if (this.#awayUntil <= overdue) this.adopt((batch) => batch.at <= overdue);
      if (this.#adopting.size === 0) this.watch();
    }, wait);
    this.#timer.unref();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }
}
