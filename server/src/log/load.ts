import { DioramaError } from '@diorama/shared';
import * as Y from 'yjs';
import type { SqlClient } from '../database/database.js';
import { decodeRow } from './row-codec.js';

/** What is stored of a scene: apply the snapshot (V2), then the updates (V1) in order. */
export interface StoredScene {
  readonly snapshot: { readonly seq: number; readonly data: Uint8Array } | undefined;
  readonly updates: readonly Uint8Array[];
  /** The position that snapshot and updates together stand for. */
  readonly seq: number;
  /** How much of it lies behind the snapshot. */
  readonly tail: { readonly rows: number; readonly bytes: number };
}

/** One statement, hence one view of the data: a compaction in between must not take rows away. */
const LOAD_SQL = /* sql */ `
  WITH snapshot AS (
    SELECT seq, data FROM scene_snapshots WHERE scene_id = $1 AND seq > $2 ORDER BY seq DESC LIMIT 1
  )
  SELECT 0 AS kind, head_seq AS seq, NULL::bytea AS data FROM scenes WHERE scene_id = $1
  UNION ALL
  SELECT 1, seq, data FROM snapshot
  UNION ALL
  SELECT 2, u.seq, u.data FROM scene_updates u
  WHERE u.scene_id = $1 AND u.seq > COALESCE((SELECT seq FROM snapshot), $2)
  ORDER BY kind, seq`;

interface Row {
  readonly kind: number;
  readonly seq: number;
  readonly data: Uint8Array;
}

/**
 * What is stored of a scene; with `after`, what a replica that holds everything up to there needs: the rows behind it, or a
 * snapshot that has taken their place.
 *
 * Throws `scene_not_found`, and `scene_load_failed` when a row of the log is missing or cannot be read.
 */
export async function loadScene(database: SqlClient, sceneId: string, after = 0): Promise<StoredScene> {
  const { rows } = await database.query<Row>(LOAD_SQL, [sceneId, after]);
  const head = rows.find((row) => row.kind === 0);
  if (head === undefined) throw new DioramaError('scene_not_found');
  const snapshot = rows.find((row) => row.kind === 1);
  const tail = rows.filter((row) => row.kind === 2);
  checkComplete(snapshot?.seq ?? after, tail, head.seq);
  return {
    snapshot: snapshot && { seq: snapshot.seq, data: snapshot.data },
    updates: tail.flatMap(readRow),
    seq: head.seq,
    tail: { rows: tail.length, bytes: tail.reduce((sum, row) => sum + row.data.byteLength, 0) },
  };
}

/** Applies what is stored to `doc`. */
export function decodeStored(doc: Y.Doc, stored: StoredScene): void {
  if (stored.snapshot !== undefined) Y.applyUpdateV2(doc, stored.snapshot.data);
  for (const update of stored.updates) Y.applyUpdate(doc, update);
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

function readRow(row: Row): Uint8Array[] {
  try {
    return decodeRow(row.data);
  } catch (error) {
    throw new DioramaError('scene_load_failed', `Row ${row.seq} of the log cannot be read`, { cause: error });
  }
}
