import { DioramaError } from '@diorama/shared';
import { createHash } from 'node:crypto';
import * as Y from 'yjs';
import type { Database, SqlClient } from '../database/database.js';
import { runLong } from '../database/long-work.js';
import { decodeRow } from './row-codec.js';
import { applyUpdate, decodeWithContents } from './update-decoder.js';

/** What is stored of a scene. */
export interface StoredScene {
  /** The whole of it as V1 updates, in the order in which they are applied: the snapshot's parts, then the rows behind it. */
  readonly updates: readonly Uint8Array[];
  /** Whether the updates are known to be whole, so that they may be shown to clients before they are decoded here. */
  readonly intact: boolean;
  /** The position that the updates together stand for. */
  readonly seq: number;
  /** The position of the snapshot; 0 where there is none yet. */
  readonly snapshotSeq: number;
  /** How much of it lies behind the snapshot. */
  readonly tail: { readonly rows: number; readonly bytes: number; readonly snapshotBytes: number };
}

/** Where rows have no hash, so many are decoded to see whether that can be done. */
const MOST_CHECKED_BYTES = 1024 * 1024;

/** One statement, hence one view of the data: a compaction in between must not take rows away. */
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
  /** Hash of `data` when it was stored; null where an earlier version stored it without. */
  readonly sha256: Uint8Array | null;
}

/**
 * What is stored of a scene; with `after`, what a replica that holds everything up to there needs: the rows behind it, or a
 * snapshot that has taken their place.
 *
 * Throws `scene_not_found`, and `scene_load_failed` when a row of the log is missing or cannot be read.
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

/** To read so much takes the embedded database some 30 ms, ten megabytes more than 100. */
const LONG_READ_BYTES = 2 * 1024 * 1024;

/** What an open or a read of the whole scene takes; without reading it. */
const SIZE_SQL = /* sql */ `
  SELECT COALESCE((SELECT octet_length(data) FROM scene_snapshots WHERE scene_id = $1 ORDER BY seq DESC LIMIT 1), 0)
    + COALESCE((SELECT sum(octet_length(data)) FROM scene_updates WHERE scene_id = $1), 0)::int8 AS bytes`;

/**
 * All that is stored of a scene. Where that is much, and holds up the commits of others, they are told before. Throws as {@link loadScene}.
 *
 * `before` is run right before it is read.
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

/** Applies what is stored to `doc`. */
export function decodeStored(doc: Y.Doc, stored: StoredScene): void {
  for (const update of stored.updates) applyUpdate(doc, update);
}

/** A log with a hole would show a scene that never was: better to refuse it than to let somebody edit that. */
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
  // Snapshots of before 003 are one update in V2.
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

/** Whether all of them can be decoded; false as well where to find out would take as long as to do it. */
function canBeDecoded(updates: readonly Uint8Array[]): boolean {
  if (updates.reduce((sum, update) => sum + update.byteLength, 0) > MOST_CHECKED_BYTES) return false;
  try {
    for (const update of updates) decodeWithContents(update);
    return true;
  } catch {
    // Whoever applies them will hear what is wrong, and say so.
    return false;
  }
}
