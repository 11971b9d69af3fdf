import type { Database, SqlClient } from '../database/database.js';
import type { Batch, SceneEntry, SceneProjection } from './batch.js';

/** `scenes.name` is shown in lists, so longer names are cut. Postgres cannot store NUL in text. */
const NAME_MAX_LENGTH = 256;

// Each statement is one transaction and one round trip. Migrations 008 and 015 define the functions.
const COMMIT_ONE_SQL = 'SELECT append_update($1, $2, $3, $4, $5) AS seq';
const COMMIT_SQL = 'SELECT scenes, seqs FROM append_rows($1, $2, $3, $4, $5, $6, $7, $8)';

/** The position of a scene's row, or `moved` if the scene is not at the position that the row must follow. */
export type Committed = number | 'moved';

/**
 * Commits a batch, together with what its entries store beside it. Returns the position of each scene's row.
 *
 * Scenes that were deleted are left out.
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

/**
 * If the answer to an earlier attempt was lost, that attempt may have committed the row itself, and so have moved the
 * scene.
 */
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
  if (more.length === 0) return commitRows(database, batch, database.isShared);
  return database.transaction(async (tx) => {
    const positions = await commitRows(tx, batch, database.isShared);
    for (const entry of more) {
      const seq = positions.get(entry.sceneId);
      if (typeof seq !== 'number') continue;
      for (const store of entry.committedWith ?? []) await store(tx, seq);
    }
    return positions;
  });
}

async function commitRows(
  database: SqlClient,
  batch: Batch,
  isShared: boolean,
): Promise<Map<string, Committed>> {
  const entries = [...batch.entries.values()];
  const positions = new Map<string, Committed>(await appendRows(database, entries, isShared));
  const missing = entries.filter((entry) => !positions.has(entry.sceneId)).map((entry) => entry.sceneId);
  if (missing.length === 0) return positions;
  const { rows } = await database.query<{ scene_id: string }>(
    'SELECT scene_id FROM scenes WHERE scene_id = ANY ($1::text[])',
    [missing],
  );
  for (const row of rows) positions.set(row.scene_id, 'moved');
  return positions;
}

/** The positions of the appended rows. */
async function appendRows(
  database: SqlClient,
  entries: readonly SceneEntry[],
  isShared: boolean,
): Promise<readonly (readonly [sceneId: string, seq: number])[]> {
  const [only, ...others] = entries;
  if (only === undefined) return [];
  if (others.length > 0) return appendMany(database, entries, isShared);
  const seq = await appendOne(database, only);
  return seq === null ? [] : [[only.sceneId, seq]];
}

async function appendOne(database: SqlClient, entry: SceneEntry): Promise<number | null> {
  const projection = entry.projection?.();
  const name = projection === undefined ? null : storableName(projection.name);
  const params = [entry.sceneId, entry.row(), name, projection?.nodeCount ?? null, entry.after ?? null];
  const { rows } = await database.query<{ seq: number | null }>(COMMIT_ONE_SQL, params);
  return rows[0]?.seq ?? null;
}

async function appendMany(
  database: SqlClient,
  entries: readonly SceneEntry[],
  isShared: boolean,
): Promise<(readonly [sceneId: string, seq: number])[]> {
  const rows = entries.map((entry) => entry.row());
  const lengths = rows.map((row) => row.byteLength);
  let size = 0;
  const starts = lengths.map((length) => (size += length) - length);
  const projections = entries.map((entry) => entry.projection?.());
  const names = projections.map((projection) => projection && storableName(projection.name));
  const params = [
    entries.map((entry) => entry.sceneId),
    starts,
    lengths,
    ifAny(names),
    ifAny(projections.map((projection) => projection?.nodeCount)),
    ifAny(entries.map((entry) => entry.after)),
    Buffer.concat(rows, size),
    isShared,
  ];
  const result = await database.query<{ scenes: string | null; seqs: string | null }>(COMMIT_SQL, params);
  const seqs = result.rows[0]?.seqs?.split(',') ?? [];
  return (result.rows[0]?.scenes?.split(',') ?? []).map((sceneId, at) => [sceneId, Number(seqs[at])]);
}

/** Most commits change neither name nor number of nodes: a column without values is sent as null. */
const ifAny = <T>(values: readonly (T | undefined)[]): (T | null)[] | null =>
  values.some((value) => value !== undefined) ? values.map((value) => value ?? null) : null;

/** Updates the copied columns of `scenes`, unless the scene is no longer at the position `seq`. */
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
