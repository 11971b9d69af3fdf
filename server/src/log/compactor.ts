import type { Database, SqlClient } from '../database/database.js';
import { runLong } from '../database/long-work.js';
import type { Logger } from '../observability/logger.js';
import { createCompactionThread } from './compaction-thread.js';
import { loadScene, type StoredScene } from './load.js';
import { NO_LOG_METRICS, type LogMetrics } from './log-metrics.js';
import { encodeRow } from './row-codec.js';

export interface CompactorOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly metrics?: LogMetrics;
  /** Rows after the snapshot that trigger a compaction: about 10 s of a busy scene. Default 1,000. */
  readonly maxTailRows?: number;
  /**
   * Bytes after the snapshot that trigger a compaction, if they are also half the size of the snapshot. Default 512
   * KiB.
   */
  readonly maxTailBytes?: number;
  /**
   * Least time between two compactions of a scene, unless the log has grown a lot: each one rewrites the whole scene.
   * Default 5,000 ms.
   */
  readonly pauseMs?: number;
}

interface Tail {
  rows: number;
  bytes: number;
  snapshotBytes: number;
}

/** A scene is compacted without a pause when its log has grown to this multiple of the thresholds. */
const MUCH = 4;

/** The state of an open scene in memory. */
export interface OpenState {
  /** Every row up to this position is in `state`. It may hold more. */
  readonly seq: number;
  /** The whole document as one update (V1). */
  readonly state: Uint8Array;
}

interface Snapshot {
  readonly seq: number;
  readonly data: Uint8Array;
}

/** Namespace of the advisory locks; the second key is the hash of the scene id. */
const COMPACTION_LOCK = 0x0d10_c04a;

/** Keeps the log of open scenes short: replaces the snapshot when many rows have gathered after it. */
export class Compactor {
  readonly #database: Database;
  readonly #logger: Logger;
  readonly #metrics: LogMetrics;
  readonly #maxTailRows: number;
  readonly #maxTailBytes: number;
  readonly #pauseMs: number;
  readonly #thread = createCompactionThread();
  readonly #tails = new Map<string, Tail>();
  readonly #open = new Map<string, () => OpenState | undefined>();
  readonly #due = new Set<string>();
  /** Scenes that were compacted less than `pauseMs` ago. */
  readonly #resting = new Map<string, NodeJS.Timeout>();
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: CompactorOptions) {
    this.#database = options.database;
    this.#logger = options.logger;
    this.#metrics = options.metrics ?? NO_LOG_METRICS;
    this.#maxTailRows = options.maxTailRows ?? 1_000;
    this.#maxTailBytes = options.maxTailBytes ?? 512 * 1024;
    this.#pauseMs = options.pauseMs ?? 5_000;
  }

  /** Starts to track an open scene, with the size of its log after the snapshot. */
  track(sceneId: string, tail: Readonly<Tail>): void {
    this.#tails.set(sceneId, { ...tail });
    this.#consider(sceneId);
  }

  untrack(sceneId: string): void {
    this.#tails.delete(sceneId);
    this.#open.delete(sceneId);
  }

  /**
   * Registers the state of an open scene. `state` returns undefined if the state is large or must not be stored now.
   */
  offer(sceneId: string, state: () => OpenState | undefined): void {
    this.#open.set(sceneId, state);
  }

  /** A row of the scene was committed. */
  grown(sceneId: string, bytes: number): void {
    const tail = this.#tails.get(sceneId);
    if (tail === undefined) return;
    tail.rows++;
    tail.bytes += bytes;
    this.#consider(sceneId);
  }

  /** Resolves when no compaction is due or running. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Stops. Abandoning a running compaction loses nothing. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#due.clear();
    for (const timer of this.#resting.values()) clearTimeout(timer);
    await this.#thread.close();
    await this.idle();
  }

  /**
   * Writes a snapshot of everything that is committed and deletes the rows that it covers, in one transaction.
   *
   * Returns its position, or undefined if there was nothing to do or another server was faster.
   */
  async compact(sceneId: string): Promise<number | undefined> {
    const snapshot = this.#openSnapshot(sceneId) ?? (await this.#storedSnapshot(sceneId));
    if (snapshot === undefined) return undefined;
    const replace = (): Promise<boolean> =>
      this.#database.transaction((tx) => replaceSnapshot(tx, sceneId, snapshot));
    const replaced = await runLong(this.#database, replace, snapshot.data.byteLength);
    if (!replaced) return undefined;
    const tail = this.#tails.get(sceneId);
    if (tail !== undefined) tail.snapshotBytes = snapshot.data.byteLength;
    return snapshot.seq;
  }

  /**
   * The snapshot of a small open scene: encoding it takes a millisecond, reading and decoding its log takes hundreds.
   */
  #openSnapshot(sceneId: string): Snapshot | undefined {
    const open = this.#open.get(sceneId)?.();
    return open === undefined ? undefined : { seq: open.seq, data: encodeRow([open.state]) };
  }

  async #storedSnapshot(sceneId: string): Promise<Snapshot | undefined> {
    const stored: StoredScene = await runLong(this.#database, () => loadScene(this.#database, sceneId));
    if (stored.tail.rows === 0) return undefined;
    // Decodes the document outside the transaction, which would block every commit on PGlite.
    return { seq: stored.seq, data: await this.#thread.run(stored.updates) };
  }

  #consider(sceneId: string): void {
    const tail = this.#tails.get(sceneId);
    if (tail === undefined || this.#closed) return;
    const maxBytes = Math.max(this.#maxTailBytes, tail.snapshotBytes / 2);
    if (tail.rows < this.#maxTailRows && tail.bytes < maxBytes) return;
    const isMuch = tail.rows >= MUCH * this.#maxTailRows || tail.bytes >= MUCH * maxBytes;
    if (this.#resting.has(sceneId) && !isMuch) return;
    this.#due.add(sceneId);
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  #rest(sceneId: string): void {
    clearTimeout(this.#resting.get(sceneId));
    const timer = setTimeout(() => {
      this.#resting.delete(sceneId);
      this.#consider(sceneId);
    }, this.#pauseMs);
    timer.unref();
    this.#resting.set(sceneId, timer);
  }

  async #run(): Promise<void> {
    // The caller is in the middle of a commit, so let it finish first.
    await Promise.resolve();
    for (const sceneId of this.#due) {
      this.#due.delete(sceneId);
      const before = { ...this.#tails.get(sceneId) };
      const started = performance.now();
      try {
        await this.compact(sceneId);
        this.#metrics.compacted((performance.now() - started) / 1000);
      } catch (error) {
        if (!this.#closed)
          this.#logger.warn({ err: error, scene: sceneId }, 'compaction failed; the log stays as it is');
      }
      this.#rest(sceneId);
      // Also after a failure: the next attempt comes when as much has gathered again, not at every commit.
      const tail = this.#tails.get(sceneId);
      if (tail === undefined) continue;
      tail.rows -= before.rows ?? 0;
      tail.bytes -= before.bytes ?? 0;
    }
  }
}

/**
 * Returns whether the snapshot was stored. It is not if another server is compacting the scene or has stored a snapshot
 * that is as recent.
 */
async function replaceSnapshot(tx: SqlClient, sceneId: string, { seq, data }: Snapshot): Promise<boolean> {
  const lock = await tx.query<{ taken: boolean }>(
    'SELECT pg_try_advisory_xact_lock($1, hashtext($2)) AS taken',
    [COMPACTION_LOCK, sceneId],
  );
  if (lock.rows[0]?.taken !== true) return false;
  const inserted = await tx.query(
    `INSERT INTO scene_snapshots (scene_id, seq, data, sha256)
     SELECT $1, $2, $3, sha256($3::bytea) FROM scenes WHERE scene_id = $1
       AND COALESCE((SELECT max(seq) FROM scene_snapshots WHERE scene_id = $1), 0) < $2`,
    [sceneId, seq, data],
  );
  if (inserted.rowCount === 0) return false;
  await tx.query('DELETE FROM scene_snapshots WHERE scene_id = $1 AND seq < $2', [sceneId, seq]);
  await tx.query('DELETE FROM scene_updates WHERE scene_id = $1 AND seq <= $2', [sceneId, seq]);
  return true;
}
