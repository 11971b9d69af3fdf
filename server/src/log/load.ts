import { DioramaError } from '@diorama/shared';
import { createHash } from 'node:crypto';
import * as Y from 'yjs';
import type { Database, SqlClient } from '../database/database.js';
import { runLong } from '../database/long-work.js';
import { decodeRow } from './row-codec.js';
import { applyUpdate, decodeWithContents } from './update-decoder.js';

/** A scene as it is stored. */
export interface StoredScene {
  /**
   * The whole scene as V1 updates in the order in which they are applied: the parts of the snapshot, then the rows
   * after it.
   */
  readonly updates: readonly Uint8Array[];
  /**
   * Whether the updates are known to be undamaged, so that clients may be sent them before the server has decoded them.
   */
  readonly intact: boolean;
  /** The position up to which the updates reach. */
  readonly seq: number;
  /** The position of the snapshot; 0 if there is none yet. */
  readonly snapshotSeq: number;
  /** The size of the log after the snapshot. */
  readonly tail: { readonly rows: number; readonly bytes: number; readonly snapshotBytes: number };
}

/** Rows without a hash are test-decoded up to this size. */
const MOST_CHECKED_BYTES = 1024 * 1024;

/** One statement, and so one view of the data: a concurrent compaction cannot remove rows in between. */
const LOAD_SQL = /* sql */ `
  WITH snapshot AS (
    SELECT seq, data, format, sha256
    FROM scene_snapshots WHERE scene_id = $1 AND seq > $2 ORDER BY seq DESC LIMIT 1
  )
  SELECT 0 AS kind, head_seq AS seq, NULL::bytea AS data, NULL AS format, NULL::bytea AS sha256 FROM scenes WHERE scene_id = $1
  UNION ALL
  SELECT 1, seq, data, format, sha256 FROM snapshot
  UNION ALL
  SELECT 2, u.seq, u.data, NULL, u.sha256 FROM scene_updates u
  WHERE u.scene_id = $1 AND u.seq > COALESCE((SELECT seq FROM snapshot), $2)
  ORDER BY kind, seq`;

interface Row {
  readonly kind: number;
  readonly seq: number;
  readonly data: Uint8Array;
  readonly format: string | null;
  /** Hash of `data` when it was stored; null if an earlier version stored it without. */
  readonly sha256: Uint8Array | null;
}

/**
 * Loads a scene. With `after`, loads what a replica lacks that holds every row up to there: the later rows, or the
 * snapshot that replaced them.
 *
 * Throws `scene_not_found`, and `scene_load_failed` if a row of the log is missing or cannot be read.
 */
export async function loadScene(database: SqlClient, sceneId: string, after = 0): Promise<StoredScene> {
  const result = await database.query<Row>(LOAD_SQL, [sceneId, after]);
  const head = result.rows.find((row) => row.kind === 0);
  if (head === undefined) throw new DioramaError('scene_not_found');
  const snapshot = result.rows.find((row) => row.kind === 1);
  const tail = result.rows.filter((row) => row.kind === 2);
  checkComplete(snapshot?.seq ?? after, tail, head.seq);
  const rows = tail.flatMap(readRow);
  return {
    updates: [...(snapshot === undefined ? [] : readSnapshot(snapshot)), ...rows],
    intact: snapshot?.sha256 !== null && (tail.every((row) => row.sha256 !== null) || canBeDecoded(rows)),
    seq: head.seq,
    snapshotSeq: snapshot?.seq ?? 0,
    tail: {
      rows: tail.length,
      bytes: tail.reduce((sum, row) => sum + row.data.byteLength, 0),
      snapshotBytes: snapshot?.data.byteLength ?? 0,
    },
  };
}

/** Reading this much takes the embedded database about 30 ms; ten megabytes take more than 100 ms. */
const LONG_READ_BYTES = 2 * 1024 * 1024;

/** The stored size of a scene, without reading it. */
const SIZE_SQL = /* sql */ `
  SELECT COALESCE((SELECT octet_length(data) FROM scene_snapshots WHERE scene_id = $1 ORDER BY seq DESC LIMIT 1), 0)
    + COALESCE((SELECT sum(octet_length(data)) FROM scene_updates WHERE scene_id = $1), 0)::int8 AS bytes`;

/**
 * Loads a whole scene. On a database where a long read blocks commits, announces the read before. Throws as {@link
 * loadScene} does.
 *
 * `before` runs right before the read.
 */
export async function readScene(
  database: Database,
  sceneId: string,
  before?: () => Promise<void>,
): Promise<StoredScene> {
  const read = async (): Promise<StoredScene> => {
    await before?.();
    return loadScene(database, sceneId);
  };
  if (database.longWork === undefined) return read();
  const { rows } = await database.query<{ bytes: number }>(SIZE_SQL, [sceneId]);
  return (rows[0]?.bytes ?? 0) < LONG_READ_BYTES ? read() : runLong(database, read);
}

/** Applies a stored scene to `doc`. */
export function decodeStored(doc: Y.Doc, stored: StoredScene): void {
  for (const update of stored.updates) applyUpdate(doc, update);
}

/** Refuses a log with a gap: the document would be a state that never existed, and somebody could edit it. */
function checkComplete(snapshotSeq: number, tail: readonly Row[], head: number): void {
  const missing = tail.findIndex((row, at) => row.seq !== snapshotSeq + 1 + at);
  const lastSeq = tail.at(-1)?.seq ?? snapshotSeq;
  if (missing >= 0 || lastSeq !== head)
    throw new DioramaError(
      'scene_load_failed',
      `The log has no row ${missing >= 0 ? snapshotSeq + 1 + missing : lastSeq + 1} of ${head}`,
    );
}

function readSnapshot(row: Row): Uint8Array[] {
  // Snapshots from before migration 003 are one V2 update.
  return readChecked(row, `The snapshot at ${row.seq}`, (data) =>
    row.format === 'v2' ? [Y.convertUpdateFormatV2ToV1(data)] : decodeRow(data),
  );
}

const readRow = (row: Row): Uint8Array[] => readChecked(row, `Row ${row.seq} of the log`, decodeRow);

function readChecked(
  { data, sha256 }: Row,
  what: string,
  read: (data: Uint8Array) => Uint8Array[],
): Uint8Array[] {
  if (sha256 !== null && !createHash('sha256').update(data).digest().equals(sha256))
    throw new DioramaError('scene_load_failed', `${what} is damaged`);
  try {
    return read(data);
  } catch (error) {
    throw new DioramaError('scene_load_failed', `${what} cannot be read`, { cause: error });
  }
}

/** Whether all updates can be decoded. Returns false without trying if that would take as long as loading them. */
function canBeDecoded(updates: readonly Uint8Array[]): boolean {
  if (updates.reduce((sum, update) => sum + update.byteLength, 0) > MOST_CHECKED_BYTES) return false;
  try {
    for (const update of updates) decodeWithContents(update);
    return true;
  } catch {
    // Whoever applies the updates reports the error.
    return false;
  }
}
