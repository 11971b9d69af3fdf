import { DioramaError } from '@diorama/shared';
import type { Database } from '../database/database.js';
import type { Logger } from '../observability/logger.js';
import type { CommittedWith, SceneProjection } from './batch.js';
import { writeProjection } from './commit.js';
import type { Compactor, OpenState } from './compactor.js';
import { GroupCommit } from './group-commit.js';
import { loadScene, readScene, type StoredScene } from './load.js';
import { NO_LOG_METRICS, type LogMetrics } from './log-metrics.js';

export interface SceneLogOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly compactor?: Compactor;
  readonly metrics?: LogMetrics;
  /**
   * How long updates are gathered for one commit while they keep arriving; after an idle time they are committed at
   * once.
   *
   * A longer window makes fewer and larger commits. Default 20 ms.
   */
  readonly windowMs?: number;
  /** Largest size of one commit; a backlog is committed in pieces. Default 4 MiB. */
  readonly maxCommitBytes?: number;
  /** Bytes that may wait for an unresponsive database before new writes are refused. Default 64 MiB. */
  readonly maxPendingBytes?: number;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

/** Many writers produce this much in a moment, and the database stores it in one. */
const MUCH_PENDING_BYTES = 1024 * 1024;

/** The append-only log of all scenes. Appended updates are committed in groups; committed ones can be read. */
export class SceneLog {
  readonly #database: Database;
  readonly #compactor: Compactor | undefined;
  readonly #maxPendingBytes: number;
  readonly #commits: GroupCommit;
  readonly #leaveLongWork: (() => void) | undefined;

  constructor(options: SceneLogOptions) {
    this.#database = options.database;
    this.#compactor = options.compactor;
    this.#maxPendingBytes = options.maxPendingBytes ?? 64 * 1024 * 1024;
    this.#commits = new GroupCommit({
      database: options.database,
      logger: options.logger,
      metrics: options.metrics ?? NO_LOG_METRICS,
      windowMs: options.windowMs ?? 20,
      maxCommitBytes: options.maxCommitBytes ?? 4 * 1024 * 1024,
      now: options.now ?? (() => performance.now()),
      onCommitted: (sceneId, bytes) => this.#compactor?.grown(sceneId, bytes),
    });
    this.#leaveLongWork = this.#database.longWork?.before(() => this.flush());
  }

  /** Whether the queue of uncommitted updates is full. Check it before a write is applied: `append` never refuses. */
  get isFull(): boolean {
    return this.isFullWith(0);
  }

  /** Whether the queue would be full with `bytes` more. */
  isFullWith(bytes: number): boolean {
    return this.#commits.pendingBytes + bytes >= this.#maxPendingBytes;
  }

  /**
   * Whether an update that is shown now will be stored a moment later.
   *
   * Also true while the database fails: nobody knows when it comes back, and waiting would stop all editing.
   */
  get isQuick(): boolean {
    if (this.isAway) return true;
    return this.#commits.health.isQuick && this.#database.longWork?.isUnderWay !== true;
  }

  /**
   * Whether commits fail or one has been running for long, so that nobody can tell when a new update will be stored.
   */
  get isAway(): boolean {
    return this.#commits.health.isAway;
  }

  /** Why nothing is committed at present; undefined if commits succeed. */
  get trouble(): Error | undefined {
    return this.#commits.health.trouble;
  }

  /**
   * Uncommitted bytes if they are more than the database keeps up with; otherwise, and while the database is away, 0.
   */
  get backlog(): number {
    const { pendingBytes } = this.#commits;
    return pendingBytes > MUCH_PENDING_BYTES && !this.isAway ? pendingBytes : 0;
  }

  /**
   * Queues an update. The promise resolves with its position when it is committed.
   *
   * Updates of one commit share one promise. Rejects with `scene_not_found` if the scene has been deleted meanwhile.
   */
  append(
    sceneId: string,
    update: Uint8Array,
    projection?: () => SceneProjection,
    committedWith?: CommittedWith,
  ): Promise<number> {
    const entry = this.#commits.add(sceneId, update);
    if (projection !== undefined) entry.projection = projection;
    if (committedWith !== undefined) (entry.committedWith ??= []).push(committedWith);
    return entry.committed;
  }

  /**
   * Queues an update that is committed only as the row right after `seq`, in a row of its own.
   *
   * Rejects with `precondition_failed` if anybody has committed another row there.
   */
  appendAt(
    sceneId: string,
    update: Uint8Array,
    seq: number,
    projection: () => SceneProjection,
    committedWith?: CommittedWith,
  ): Promise<number> {
    this.seal(sceneId);
    const entry = this.#commits.add(sceneId, update);
    entry.after = seq;
    entry.sealed = true;
    entry.projection = projection;
    if (committedWith !== undefined) (entry.committedWith ??= []).push(committedWith);
    return entry.committed;
  }

  /** Later updates of the scene get a position after everything that was appended so far. */
  seal(sceneId: string): void {
    const last = this.#commits.waiting(sceneId).at(-1);
    if (last !== undefined) last.sealed = true;
  }

  /** Loads a scene and starts to track its log. Throws `scene_not_found` or `scene_load_failed`. */
  async load(sceneId: string): Promise<StoredScene> {
    // A room that ended early may have left uncommitted updates. Loading without them would show an old state.
    await this.settled(sceneId);
    const stored = await readScene(this.#database, sceneId);
    this.#compactor?.track(sceneId, stored.tail);
    return stored;
  }

  /** Resolves when what was appended to the scene so far is committed or has failed. */
  async settled(sceneId: string): Promise<void> {
    await Promise.allSettled(this.#commits.waiting(sceneId).map((entry) => entry.committed));
  }

  /** Reads what is committed after the position `after`. Throws `scene_not_found` or `scene_load_failed`. */
  readAfter(sceneId: string, after: number): Promise<StoredScene> {
    return loadScene(this.#database, sceneId, after);
  }

  /**
   * Reads all that is committed; `before` runs right before the read. Throws `scene_not_found` or `scene_load_failed`.
   */
  read(sceneId: string, before?: () => Promise<void>): Promise<StoredScene> {
    return readScene(this.#database, sceneId, before);
  }

  /** The position of the last row. Throws `scene_not_found`. */
  async head(sceneId: string): Promise<number> {
    const head = (await this.heads([sceneId])).get(sceneId);
    if (head === undefined) throw new DioramaError('scene_not_found');
    return head;
  }

  /** The positions of the last rows. Scenes that do not exist are left out. */
  async heads(sceneIds: readonly string[]): Promise<Map<string, number>> {
    const { rows } = await this.#database.query<{ scene_id: string; head_seq: number }>(
      'SELECT scene_id, head_seq FROM scenes WHERE scene_id = ANY ($1::text[])',
      [sceneIds],
    );
    return new Map(rows.map((row) => [row.scene_id, row.head_seq]));
  }

  /** Updates the copied columns of `scenes`, if the scene is still at the position `seq`. */
  async project(sceneId: string, seq: number, projection: SceneProjection): Promise<void> {
    await writeProjection(this.#database, sceneId, seq, projection);
  }

  /** Registers the state of an open scene, for compaction. `state` returns undefined if the state is large. */
  offer(sceneId: string, state: () => OpenState | undefined): void {
    this.#compactor?.offer(sceneId, () => {
      // A snapshot must not contain an edit whose `committedWith` has not been stored yet.
      if (this.#commits.waiting(sceneId).some((entry) => entry.committedWith !== undefined)) return undefined;
      return state();
    });
  }

  /** The scene is no longer open here. */
  forget(sceneId: string): void {
    this.#compactor?.untrack(sceneId);
  }

  /** Commits now instead of at the end of the window. Resolves when everything that was appended so far has settled. */
  flush(): Promise<void> {
    return this.#commits.flush();
  }

  /** The log shows nothing any more, so long database work need not wait for it. */
  close(): void {
    this.#leaveLongWork?.();
  }
}
