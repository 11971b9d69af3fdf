import { DioramaError } from '@diorama/shared';
import type { Database } from '../database/database.js';
import type { Logger } from '../observability/logger.js';
import type { Batch, CommittedWith, SceneEntry, SceneProjection } from './batch.js';
import { BatchQueue } from './batch-queue.js';
import { commitBatch, writeProjection, type Committed } from './commit.js';
import { CommitPace } from './commit-pace.js';
import { CommitRest } from './commit-rest.js';
import type { Compactor, OpenState } from './compactor.js';
import { loadScene, readScene, type StoredScene } from './load.js';
import { NO_LOG_METRICS, type LogMetrics } from './log-metrics.js';

export interface SceneLogOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly compactor?: Compactor;
  readonly metrics?: LogMetrics;
  /**
   * How long updates are gathered for one commit while they keep coming; after a quiet time they are committed at once.
   *
   * Longer means fewer, larger commits. Default 20 ms.
   */
  readonly windowMs?: number;
  /** Most bytes of one commit; a backlog is committed in pieces. Default 4 MiB. */
  readonly maxCommitBytes?: number;
  /** Bytes that may wait for a database that does not answer, before new writes are refused. Default 64 MiB. */
  readonly maxPendingBytes?: number;
  /** Milliseconds of some clock that only goes forward. */
  readonly now?: () => number;
}

/** With the gathering window this stays well below the 100 ms after which nothing that was seen may be lost. */
const SLOW_COMMIT_MS = 80;
const QUICK_COMMITS_IN_A_ROW = 25;
/** Between the longest that an update usually waits, and what is slow. */
const SLACK_MS = 20;
/** A commit that takes longer may take for ever: the database is away. */
const STALLED_MS = 2_000;
/** One that takes longer does so for another reason than much work. */
const HUNG_MS = 8_000;

/** What is written in a moment by many, and stored in one as well. */
const MUCH_PENDING_BYTES = 1024 * 1024;

/** Commits of many scenes take long: the more gathers meanwhile, the less each update costs. */
const MANY_SCENES = 8;

const RETRY_FIRST_MS = 50;
const RETRY_MOST_MS = 2_000;

/**
 * SQLSTATE classes of statements that will never succeed however often they are repeated: bad data, broken limits.
 *
 * What is missing or not allowed (42) is not among them: who takes a table or a right away may give it back.
 */
const PERMANENT_CLASSES = new Set(['22', '23', '54']);

const isPermanent = (error: unknown): boolean => {
  const code: unknown = (error as { code?: unknown }).code;
  return typeof code === 'string' && code.length === 5 && PERMANENT_CLASSES.has(code.slice(0, 2));
};

/**
 * The append-only log of all scenes, with group commit.
 *
 * What comes within a window goes to the database in one statement, one row a scene. One commit is under way at a time, so
 * that promises settle in the order of the appends. While the database fails, updates stay in memory and are tried again.
 */
export class SceneLog {
  readonly #database: Database;
  readonly #logger: Logger;
  readonly #compactor: Compactor | undefined;
  readonly #metrics: LogMetrics;
  readonly #windowMs: number;
  readonly #maxPendingBytes: number;
  readonly #now: () => number;
  readonly #queue: BatchQueue;
  readonly #leaveLongWork: (() => void) | undefined;
  readonly #pace = new CommitPace({ slowMs: SLOW_COMMIT_MS, quickInARow: QUICK_COMMITS_IN_A_ROW });
  readonly #rest = new CommitRest(SLOW_COMMIT_MS - SLACK_MS);
  #inFlight: Batch | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pendingBytes = 0;
  #failures = 0;
  #lastFailure: Error | undefined;
  /** When the next commit may begin. */
  #notBefore = -Infinity;

  constructor(options: SceneLogOptions) {
    this.#database = options.database;
    this.#logger = options.logger;
    this.#compactor = options.compactor;
    this.#metrics = options.metrics ?? NO_LOG_METRICS;
    this.#windowMs = options.windowMs ?? 20;
    this.#maxPendingBytes = options.maxPendingBytes ?? 64 * 1024 * 1024;
    this.#now = options.now ?? (() => performance.now());
    const maxBatchBytes = options.maxCommitBytes ?? 4 * 1024 * 1024;
    this.#queue = new BatchQueue({ maxBatchBytes, now: this.#now });
    this.#leaveLongWork = this.#database.longWork?.before(() => this.flush());
  }

  /** Whether the bound of waiting bytes is reached. Ask before a write is applied: `append` always takes it. */
  get isFull(): boolean {
    return this.isFullWith(0);
  }

  /** Whether it is, once so many bytes more wait. */
  isFullWith(bytes: number): boolean {
    return this.#pendingBytes + bytes >= this.#maxPendingBytes;
  }

  /**
   * Whether an update that is shown now will be stored a moment later.
   *
   * True as well while the database fails: then nobody knows when it comes back, and waiting would stop the editing.
   */
  get isQuick(): boolean {
    if (this.isAway) return true;
    return this.#pace.isQuick(this.#age) && this.#database.longWork?.isUnderWay !== true;
  }

  /** Whether commits fail, or one has been under way for long: nobody knows when what is written now will be stored. */
  get isAway(): boolean {
    return this.#failures > 0 || this.#age > STALLED_MS;
  }

  /** Why nothing is committed for now; undefined while all is well. */
  get trouble(): Error | undefined {
    if (this.#failures > 0) return this.#lastFailure;
    const age = this.#age;
    return age > HUNG_MS
      ? new Error(`A commit has been under way for ${Math.round(age / 1000)} s`)
      : undefined;
  }

  /** Bytes that wait for their commit, where they are more than the database keeps up with; otherwise, and while it is away, 0. */
  get backlog(): number {
    return this.#pendingBytes > MUCH_PENDING_BYTES && !this.isAway ? this.#pendingBytes : 0;
  }

  /**
   * Queues an update; the promise settles when it is committed, with its position.
   *
   * Updates of one commit share one promise. Rejects with `scene_not_found` when the scene has been deleted meanwhile.
   */
  append(
    sceneId: string,
    update: Uint8Array,
    projection?: () => SceneProjection,
    committedWith?: CommittedWith,
  ): Promise<number> {
    const entry = this.#queue.add(sceneId, update);
    if (projection !== undefined) entry.projection = projection;
    if (committedWith !== undefined) (entry.committedWith ??= []).push(committedWith);
    this.#addPending(update.byteLength);
    this.#schedule();
    return entry.committed;
  }

  /**
   * Queues an update that is committed only as the row right after `seq`, as a row of its own.
   *
   * Rejects with `precondition_failed` when something else has been committed there, by whomever.
   */
  appendAt(
    sceneId: string,
    update: Uint8Array,
    seq: number,
    projection: () => SceneProjection,
    committedWith?: CommittedWith,
  ): Promise<number> {
    this.seal(sceneId);
    const entry = this.#queue.add(sceneId, update);
    entry.after = seq;
    entry.sealed = true;
    entry.projection = projection;
    if (committedWith !== undefined) (entry.committedWith ??= []).push(committedWith);
    this.#addPending(update.byteLength);
    this.#schedule();
    return entry.committed;
  }

  /** Later updates of the scene get a position after everything that was appended so far. */
  seal(sceneId: string): void {
    const last = this.#waiting(sceneId).at(-1);
    if (last !== undefined) last.sealed = true;
  }

  /** Throws `scene_not_found`, or `scene_load_failed`. */
  async load(sceneId: string): Promise<StoredScene> {
    // A room that ended early may have left updates on their way; without them the next one would start in the past.
    await this.settled(sceneId);
    const stored = await readScene(this.#database, sceneId);
    this.#compactor?.track(sceneId, stored.tail);
    return stored;
  }

  /** Resolves when what was appended to the scene so far is committed, or cannot be. */
  async settled(sceneId: string): Promise<void> {
    await Promise.allSettled(this.#waiting(sceneId).map((entry) => entry.committed));
  }

  /** What is committed behind the position `after`. Throws `scene_not_found`, or `scene_load_failed`. */
  readAfter(sceneId: string, after: number): Promise<StoredScene> {
    return loadScene(this.#database, sceneId, after);
  }

  /** All that is committed. Throws `scene_not_found`, or `scene_load_failed`. */
  read(sceneId: string): Promise<StoredScene> {
    return readScene(this.#database, sceneId);
  }

  /** The position of the last row. Throws `scene_not_found`. */
  async head(sceneId: string): Promise<number> {
    const head = (await this.heads([sceneId])).get(sceneId);
    if (head === undefined) throw new DioramaError('scene_not_found');
    return head;
  }

  /** The positions of the last rows; scenes that do not exist are left out. */
  async heads(sceneIds: readonly string[]): Promise<Map<string, number>> {
    const { rows } = await this.#database.query<{ scene_id: string; head_seq: number }>(
      'SELECT scene_id, head_seq FROM scenes WHERE scene_id = ANY ($1::text[])',
      [sceneIds],
    );
    return new Map(rows.map((row) => [row.scene_id, row.head_seq]));
  }

  /** Writes what the `scenes` table repeats of a document, if that is the one at the position `seq`. */
  async project(sceneId: string, seq: number, projection: SceneProjection): Promise<void> {
    await writeProjection(this.#database, sceneId, seq, projection);
  }

  /** The scene is open, and `state` gives what it holds, or undefined where that is large; its log is kept short with it. */
  offer(sceneId: string, state: () => OpenState | undefined): void {
    this.#compactor?.offer(sceneId, () => {
      // What is stored with an edit must not come later than the edit itself.
      if (this.#waiting(sceneId).some((entry) => entry.committedWith !== undefined)) return undefined;
      return state();
    });
  }

  /** The scene is no longer open here. */
  forget(sceneId: string): void {
    this.#compactor?.untrack(sceneId);
  }

  /** Commits at once what waits for its window, and resolves when all that was appended so far has settled. */
  async flush(): Promise<void> {
    const waiting = [...(this.#inFlight?.entries.values() ?? []), ...this.#queue.entries()];
    if (this.#failures === 0) this.#pump();
    await Promise.allSettled(waiting.map((entry) => entry.committed));
  }

  /** Nobody is shown anything any more: what holds up the database need not wait for this log. */
  close(): void {
    this.#leaveLongWork?.();
  }

  /** How long the oldest update has waited. */
  get #age(): number {
    const oldest = this.#inFlight ?? this.#queue.first;
    return oldest === undefined ? 0 : this.#now() - oldest.since;
  }

  /** What waits for its commit or is being committed, oldest first. */
  #waiting(sceneId: string): SceneEntry[] {
    const inFlight = this.#inFlight?.entries.get(sceneId);
    return [...(inFlight === undefined ? [] : [inFlight]), ...this.#queue.entriesOf(sceneId)];
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#inFlight !== undefined || this.#queue.first === undefined) return;
    this.#wait(Math.max(0, this.#notBefore - this.#now()));
  }

  #wait(milliseconds: number): void {
    this.#timer = setTimeout(() => this.#pump(), milliseconds);
  }

  #pump(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#inFlight !== undefined) return;
    const batch = this.#queue.takeFirst();
    if (batch === undefined) return;
    this.#inFlight = batch;
    const began = this.#now();
    void this.#commit(batch).then((next) => {
      this.#inFlight = undefined;
      const ended = this.#now();
      const rest = next === 'done' ? this.#rest.after(ended - began) : 0;
      this.#notBefore = Math.max(
        began + this.#windowMs,
        ended + (batch.entries.size < MANY_SCENES ? 0 : rest),
      );
      if (next === 'retry') this.#wait(Math.min(RETRY_FIRST_MS * 2 ** (this.#failures - 1), RETRY_MOST_MS));
      else this.#schedule();
    });
  }

  async #commit(batch: Batch): Promise<'done' | 'retry'> {
    try {
      const positions = await commitBatch(this.#database, batch);
      if (this.#failures > 0) this.#logger.info({ failures: this.#failures }, 'the log commits again');
      this.#failures = 0;
      this.#pace.committed(this.#now() - batch.since);
      this.#measure(batch);
      for (const entry of batch.entries.values()) this.#settle(entry, positions.get(entry.sceneId));
      return 'done';
    } catch (error) {
      this.#metrics.commitFailed();
      return this.#afterFailure(batch, error);
    }
  }

  #afterFailure(batch: Batch, error: unknown): 'done' | 'retry' {
    if (!isPermanent(error)) {
      this.#failures++;
      this.#lastFailure = error instanceof Error ? error : new Error(String(error));
      if (this.#failures === 1)
        this.#logger.error({ err: error }, 'the log cannot commit; edits stay in memory');
      this.#queue.putBack([batch]);
      return 'retry';
    }
    if (batch.entries.size > 1) {
      this.#queue.putBack(batch.split());
      return 'done';
    }
    this.#logger.error({ err: error, scenes: [...batch.entries.keys()] }, 'the database refuses an update');
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
    this.#compactor?.grown(entry.sceneId, entry.bytes);
    entry.resolve(seq);
  }

  #measure(batch: Batch): void {
    this.#metrics.committed({
      seconds: (this.#now() - batch.since) / 1000,
      scenes: batch.entries.size,
      updates: batch.updates,
      bytes: batch.bytes,
    });
  }

  #addPending(bytes: number): void {
    this.#pendingBytes += bytes;
    this.#metrics.pending(this.#pendingBytes);
  }
}
