import type { Database, SqlClient } from '../database/database.js';
import type { Batch, SceneEntry, SceneProjection } from './batch.js';

/** `scenes.name` is shown in lists: longer names are cut there, and text cannot hold NUL in Postgres. */
const NAME_MAX_LENGTH = 256;

/*
 * One statement is one transaction and one round trip. The rows of `scenes` are locked in the order of their ids, so
 * that two servers cannot wait for each other, and the position is taken under that lock: commit order is sequence order.
 * The bytes travel as one parameter that is cut apart here, since drivers send arrays of bytea as text.
 */
const COMMIT_SQL = /* sql */ `
  WITH input AS (
    SELECT * FROM unnest($1::text[], $2::int4[], $3::int4[], $4::text[], $5::int4[], $7::int8[])
      AS i (scene_id, start, length, name, node_count, after)
  ), locked AS (
    SELECT scene_id FROM scenes WHERE scene_id = ANY ($1::text[]) ORDER BY scene_id FOR UPDATE
  ), heads AS (
    UPDATE scenes s
    SET head_seq = s.head_seq + 1, updated_at = now(),
        name = COALESCE(i.name, s.name), node_count = COALESCE(i.node_count, s.node_count)
    FROM input i JOIN locked l ON l.scene_id = i.scene_id
    WHERE s.scene_id = i.scene_id AND (i.after IS NULL OR s.head_seq = i.after)
    RETURNING s.scene_id, s.head_seq
  ), inserted AS (
    INSERT INTO scene_updates (scene_id, seq, data)
    SELECT h.scene_id, h.head_seq, substring($6::bytea FROM i.start + 1 FOR i.length)
    FROM heads h JOIN input i ON i.scene_id = h.scene_id
    RETURNING scene_id, seq
  )
  SELECT l.scene_id, n.seq FROM locked l LEFT JOIN inserted n ON n.scene_id = l.scene_id`;

/*
 * Most commits hold one scene. Locking and cutting cost more than half of the time then, and no order has to be kept. It returns
 * nothing where the scene is gone or has moved; the other statement tells which.
 */
const COMMIT_ONE_SQL = /* sql */ `
  WITH head AS (
    UPDATE scenes
    SET head_seq = head_seq + 1, updated_at = now(),
        name = COALESCE($3::text, name), node_count = COALESCE($4::int4, node_count)
    WHERE scene_id = $1 AND ($5::int8 IS NULL OR head_seq = $5)
    RETURNING head_seq
  )
  INSERT INTO scene_updates (scene_id, seq, data) SELECT $1, head_seq, $2::bytea FROM head
  RETURNING seq`;

/** The position of a scene's row; `moved` when the scene is not at the position that the row was to follow. */
export type Committed = number | 'moved';

/**
 * Commits a batch, with what its entries want stored beside it, and returns the position of each scene's row.
 *
 * Scenes that do not exist any more are left out.
 */
export async function commitBatch(database: Database, batch: Batch): Promise<Map<string, Committed>> {
  const entries = [...batch.entries.values()];
  for (const entry of entries) entry.attempts++;
  const positions = await commitAll(
    database,
    batch,
    entries.filter((entry) => entry.committedWith !== undefined),
  );
  for (const entry of entries) {
    if (positions.get(entry.sceneId) !== 'moved' || entry.attempts === 1) continue;
    const own = await positionOf(database, entry);
    if (own !== undefined) positions.set(entry.sceneId, own);
  }
  return positions;
}

/** An attempt whose answer was lost may have been the one that moved the scene: then its row is there. */
async function positionOf(database: SqlClient, entry: SceneEntry): Promise<number | undefined> {
  const { rows } = await database.query<{ seq: number }>(
    'SELECT seq FROM scene_updates WHERE scene_id = $1 AND seq = $2::int8 + 1 AND data = $3',
    [entry.sceneId, entry.after, entry.row()],
  );
  return rows[0]?.seq;
}

async function commitAll(
  database: Database,
  batch: Batch,
  more: readonly SceneEntry[],
): Promise<Map<string, Committed>> {
  if (more.length === 0) return commitRows(database, batch);
  return database.transaction(async (tx) => {
    const positions = await commitRows(tx, batch);
    for (const entry of more) {
      const seq = positions.get(entry.sceneId);
      if (typeof seq !== 'number') continue;
      for (const store of entry.committedWith ?? []) await store(tx, seq);
    }
    return positions;
  });
}

async function commitRows(database: SqlClient, batch: Batch): Promise<Map<string, Committed>> {
  const [only, ...others] = batch.entries.values();
  const seq = only !== undefined && others.length === 0 ? await commitOne(database, only) : undefined;
  if (only !== undefined && seq !== undefined) return new Map([[only.sceneId, seq]]);
  return commitMany(database, batch);
}

async function commitOne(database: SqlClient, entry: SceneEntry): Promise<number | undefined> {
  const projection = entry.projection?.();
  const name = projection === undefined ? null : storableName(projection.name);
  const params = [entry.sceneId, entry.row(), name, projection?.nodeCount ?? null, entry.after ?? null];
  const { rows } = await database.query<{ seq: number }>(COMMIT_ONE_SQL, params);
  return rows[0]?.seq;
}

async function commitMany(database: SqlClient, batch: Batch): Promise<Map<string, Committed>> {
  const ids: string[] = [];
  const starts: number[] = [];
  const lengths: number[] = [];
  const names: (string | null)[] = [];
  const counts: (number | null)[] = [];
  const rows: Uint8Array[] = [];
  const afters: (number | null)[] = [];
  let size = 0;
  for (const [sceneId, entry] of batch.entries) {
    const row = entry.row();
    const projection = entry.projection?.();
    ids.push(sceneId);
    starts.push(size);
    lengths.push(row.byteLength);
    names.push(projection === undefined ? null : storableName(projection.name));
    counts.push(projection?.nodeCount ?? null);
    rows.push(row);
    afters.push(entry.after ?? null);
    size += row.byteLength;
  }
  const params = [ids, starts, lengths, names, counts, Buffer.concat(rows, size), afters];
  const result = await database.query<{ scene_id: string; seq: number | null }>(COMMIT_SQL, params);
  return new Map(result.rows.map((row) => [row.scene_id, row.seq ?? 'moved']));
}

/** Writes what the `scenes` table repeats of a document, unless the scene has left the position `seq`. */
export async function writeProjection(
  database: SqlClient,
  sceneId: string,
  seq: number,
  { name, nodeCount }: SceneProjection,
): Promise<void> {
  await database.query(
    `UPDATE scenes SET name = $3, node_count = $4
     WHERE scene_id = $1 AND head_seq = $2 AND (name, node_count) IS DISTINCT FROM ($3::text, $4::int4)`,
    [sceneId, seq, storableName(name), nodeCount],
  );
}

const storableName = (name: string): string =>
  Buffer.from(name.replaceAll('\0', '').slice(0, NAME_MAX_LENGTH)).toString();
