import type { Logger } from '../../observability/logger.js';
import type { ForeignBatch, ForeignUpdates } from './foreign-updates.js';

export interface OrphanedUpdatesOptions {
  readonly foreign: ForeignUpdates;
  /** Updates that another server has not committed after this time are committed here. */
  readonly afterMs: number;
  /**
   * Whether commits succeed here. While they do not, the other server cannot store the updates either, and the servers
   * would take them over from each other again and again.
   */
  readonly isStoring: () => boolean;
  /** Stores updates of another server; undefined if there is no room yet. */
  readonly store: (updates: readonly Uint8Array[]) => Promise<number> | undefined;
  readonly logger: Logger;
  /** A batch was stored, or never will be. */
  readonly settled: () => void;
}

const LEAST_WAIT_MS = 1_000;

/** Stores updates that another server has shown but may never store, since it died or is cut off. */
export class OrphanedUpdates {
  readonly #options: OrphanedUpdatesOptions;
  readonly #adopting = new Set<ForeignBatch>();
  #timer: NodeJS.Timeout | undefined;
  /** When commits last failed here. From then on the other server gets the whole waiting time again. */
  #awayUntil = -Infinity;
  #closed = false;

  constructor(options: OrphanedUpdatesOptions) {
    this.#options = options;
  }

  /** Stores the batches that `which` selects. */
  adopt(which: (batch: ForeignBatch) => boolean): void {
    const { foreign, store, logger, settled } = this.#options;
    for (const batch of foreign.batches((each) => which(each) && !this.#adopting.has(each))) {
      this.#adopting.add(batch);
      store(batch.updates)
        ?.then(() => foreign.settled(batch))
        // The room fails together with its log, and closes.
        .catch((error: unknown) => logger.debug({ err: error }, 'updates of another server were not stored'))
        .finally(() => {
          this.#adopting.delete(batch);
          this.watch();
          settled();
        });
    }
  }

  /** Schedules the commit of updates that stay uncommitted for too long. */
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
