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

/** What is written in a moment by many, and stored in one as well. */
const MUCH_PENDING_BYTES = 1024 * 1024;

/** The append-only log of all scenes: what is appended is committed in groups, and what is committed can be read. */
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

  /** Whether the bound of waiting bytes is reached. Ask before a write is applied: `append` always takes it. */
  get isFull(): boolean {
    return this.isFullWith(0);
  }

  /** Whether it is, once so many bytes more wait. */
  isFullWith(bytes: number): boolean {
    return this.#commits.pendingBytes + bytes >= this.#maxPendingBytes;
  }

  /**
   * Whether an update that is shown now will be stored a moment later.
   *
   * True as well while the database fails: then nobody knows when it comes back, and waiting would stop the editing.
   */
  get isQuick(): boolean {
    if (this.isAway) return true;
    return this.#commits.health.isQuick && this.#database.longWork?.isUnderWay !== true;
  }

  /** Whether commits fail, or one has been under way for long: nobody knows when what is written now will be stored. */
  get isAway(): boolean {
    return this.#commits.health.isAway;
  }

  /** Why nothing is committed for now; undefined while all is well. */
  get trouble(): Error | undefined {
    return this.#commits.health.trouble;
  }

  /** Bytes that wait for their commit, where they are more than the database keeps up with; otherwise, and while it is away, 0. */
  get backlog(): number {
    const { pendingBytes } = this.#commits;
    return pendingBytes > MUCH_PENDING_BYTES && !this.isAway ? pendingBytes : 0;
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
    const entry = this.#commits.add(sceneId, update);
    if (projection !== undefined) entry.projection = projection;
    if (committedWith !== undefined) (entry.committedWith ??= []).push(committedWith);
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
    await Promise.allSettled(this.#commits.waiting(sceneId).map((entry) => entry.committed));
  }

  /** What is committed behind the position `after`. Throws `scene_not_found`, or `scene_load_failed`. */
  readAfter(sceneId: string, after: number): Promise<StoredScene> {
    return loadScene(this.#database, sceneId, after);
  }

  /** All that is committed; `before` is run right before it is read. Throws `scene_not_found`, or `scene_load_failed`. */
  read(sceneId: string, before?: () => Promise<void>): Promise<StoredScene> {
    return readScene(this.#database, sceneId, before);
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
      if (this.#commits.waiting(sceneId).some((entry) => entry.committedWith !== undefined)) return undefined;
      return state();
    });
  }

  /** The scene is no longer open here. */
  forget(sceneId: string): void {
    this.#compactor?.untrack(sceneId);
  }

  /** Commits at once what waits for its window, and resolves when all that was appended so far has settled. */
  flush(): Promise<void> {
    return this.#commits.flush();
  }

  /** Nobody is shown anything any more: what holds up the database need not wait for this log. */
  close(): void {
    this.#leaveLongWork?.();
  }
}
