import { DioramaError } from '@diorama/shared';
import type { Database } from '../database/database.js';
import { refusesForGood } from '../database/refuses-for-good.js';
import type { Logger } from '../observability/logger.js';
import type { Batch, SceneEntry } from './batch.js';
import { BatchQueue } from './batch-queue.js';
import { commitBatch, type Committed } from './commit.js';
import { CommitHealth, SLOW_COMMIT_MS } from './commit-health.js';
import { CommitThrottle } from './commit-throttle.js';
import type { LogMetrics } from './log-metrics.js';

export interface GroupCommitOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly metrics: LogMetrics;
  readonly windowMs: number;
  readonly maxCommitBytes: number;
  readonly now: () => number;
  /** A row of so many bytes was committed. */
  readonly onCommitted: (sceneId: string, bytes: number) => void;
}

/** Between the longest that an update usually waits, and what is slow. */
const SLACK_MS = 20;

/** Commits of many scenes take long: the more gathers meanwhile, the less each update costs. */
const MANY_SCENES = 8;

const RETRY_FIRST_MS = 50;
const RETRY_MOST_MS = 2_000;

/**
 * Commits what is added within a window together, with one statement.
 *
 * One commit is under way at a time, so that entries settle in the order in which they were added. While the database fails,
 * they stay in memory and are tried again.
 */
export class GroupCommit {
  readonly health = new CommitHealth(() => this.#oldestMs());
  readonly #options: GroupCommitOptions;
  readonly #queue: BatchQueue;
  readonly #rest = new CommitThrottle(SLOW_COMMIT_MS - SLACK_MS);
  #inFlight: Batch | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pendingBytes = 0;
  /** When the next commit may begin. */
  #notBefore = -Infinity;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#queue = new BatchQueue({ maxBatchBytes: options.maxCommitBytes, now: options.now });
  }

  /** Bytes that wait for their commit. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Queues an update; returns its entry, of which the caller may still say more: it is committed in a later turn. */
  add(sceneId: string, update: Uint8Array): SceneEntry {
    const entry = this.#queue.add(sceneId, update);
    this.#addPending(update.byteLength);
    this.#schedule();
    return entry;
  }

  /** What waits for its commit or is being committed, oldest first. */
  waiting(sceneId: string): SceneEntry[] {
    const inFlight = this.#inFlight?.entries.get(sceneId);
    return [...(inFlight === undefined ? [] : [inFlight]), ...this.#queue.entriesOf(sceneId)];
  }

  /** Commits at once what waits for its window, and resolves when all that was added so far has settled. */
  async flush(): Promise<void> {
    const waiting = [...(this.#inFlight?.entries.values() ?? []), ...this.#queue.entries()];
    if (this.health.failures === 0) this.#pump();
    await Promise.allSettled(waiting.map((entry) => entry.committed));
  }

  #oldestMs(): number {
    const oldest = this.#inFlight ?? this.#queue.first;
    return oldest === undefined ? 0 : this.#options.now() - oldest.since;
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#inFlight !== undefined || this.#queue.first === undefined) return;
    this.#wait(Math.max(0, this.#notBefore - this.#options.now()));
  }

  #wait(milliseconds: number): void {
    this.#timer = setTimeout(() => this.#pump(), milliseconds);
  }

  #pump(): void {
    const { now, windowMs } = this.#options;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#inFlight !== undefined) return;
    const batch = this.#queue.takeFirst();
    if (batch === undefined) return;
    this.#inFlight = batch;
    const began = now();
    void this.#commit(batch).then((next) => {
      this.#inFlight = undefined;
      const ended = now();
      const rest = next === 'done' ? this.#rest.after(ended - began) : 0;
      this.#notBefore = Math.max(began + windowMs, ended + (batch.entries.size < MANY_SCENES ? 0 : rest));
      if (next === 'retry')
        this.#wait(Math.min(RETRY_FIRST_MS * 2 ** (this.health.failures - 1), RETRY_MOST_MS));
      else this.#schedule();
    });
  }

  async #commit(batch: Batch): Promise<'done' | 'retry'> {
    const { database, logger, metrics, now } = this.#options;
    let positions: ReadonlyMap<string, Committed>;
    try {
      positions = await commitBatch(database, batch);
    } catch (error) {
      metrics.commitFailed();
      return this.#afterFailure(batch, error);
    }
    const { failures } = this.health;
    if (failures > 0) logger.info({ failures }, 'the log commits again');
    this.health.committed(now() - batch.since);
    for (const entry of batch.entries.values()) this.#settle(entry, positions.get(entry.sceneId));
    this.#report(batch, positions);
    return 'done';
  }

  #afterFailure(batch: Batch, error: unknown): 'done' | 'retry' {
    const { logger } = this.#options;
    if (!refusesForGood(error)) {
      this.health.failed(error);
      if (this.health.failures === 1)
        logger.error({ err: error }, 'the log cannot commit; edits stay in memory');
      this.#queue.putBack([batch]);
      return 'retry';
    }
    if (batch.entries.size > 1) {
      this.#queue.putBack(batch.split());
      return 'done';
    }
    logger.error({ err: error, scenes: [...batch.entries.keys()] }, 'the database refuses an update');
    for (const entry of batch.entries.values()) {
      this.#addPending(-entry.bytes);
      entry.reject(new DioramaError('internal', 'The database refuses the update', { cause: error }));
    }
    return 'done';
  }

  #settle(entry: SceneEntry, seq: Committed | undefined): void {
    this.#addPending(-entry.bytes);
    if (seq === undefined) {
      entry.reject(new DioramaError('scene_not_found', 'The scene has been deleted'));
      return;
    }
    if (seq === 'moved') {
      entry.reject(new DioramaError('precondition_failed', `The scene is no longer at ${entry.after}`));
      return;
    }
    entry.resolve(seq);
  }

  /** A fault of whoever listens must not have rows that are committed appended again. */
  #report(batch: Batch, positions: ReadonlyMap<string, Committed>): void {
    const { metrics, logger, now, onCommitted } = this.#options;
    try {
      metrics.committed({
        seconds: (now() - batch.since) / 1000,
        scenes: batch.entries.size,
        updates: batch.updates,
        bytes: batch.bytes,
      });
      for (const { sceneId, bytes } of batch.entries.values())
        if (typeof positions.get(sceneId) === 'number') onCommitted(sceneId, bytes);
    } catch (error) {
      logger.error({ err: error }, 'a commit could not be reported');
    }
  }

  #addPending(bytes: number): void {
    this.#pendingBytes += bytes;
    this.#options.metrics.pending(this.#pendingBytes);
  }
}
