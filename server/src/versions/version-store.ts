import { DioramaError, type VersionId, type VersionKind } from '@diorama/shared';
import type { Database, SqlClient } from '../database/database.js';
import { runLong } from '../database/long-work.js';
import { storableId } from '../history/change-store.js';
import { CURSOR_TIME_SQL, type ListPosition, type PageRequest } from '../http/cursor.js';
import type { VersionRecord } from './version-record.js';

export interface NewVersion {
  readonly versionId: VersionId;
  readonly sceneId: string;
  readonly seq: number;
  readonly epoch: number;
  readonly kind: VersionKind;
  readonly name: string;
  readonly note: string;
  readonly by: { readonly subject: string; readonly name: string } | null;
  readonly nodeCount: number;
  readonly data: Uint8Array;
}

export type ListedVersion = VersionRecord & { readonly cursorTime: string };

export const versionPosition = (row: ListedVersion): ListPosition => ({
  createdAt: row.cursorTime,
  id: row.versionId,
});

const COLUMNS = /* sql */ `version_id AS "versionId", scene_id AS "sceneId", seq, epoch, kind, name, note, subject, creator,
  node_count AS "nodeCount", octet_length(data) AS "byteSize", created_at AS "createdAt"`;

/**
 * What is kept of automatic versions: all of the last hour, one for each hour of the last day, one for each day of the last
 * 30 days, one for each 30 days before that. Of each span the last one.
 */
const THINNED_SQL = /* sql */ `
  SELECT version_id, scene_id FROM (
    SELECT version_id, scene_id, created_at, row_number() OVER (
      PARTITION BY scene_id, CASE
        WHEN age <= interval '1 hour' THEN version_id
        WHEN age <= interval '1 day' THEN 'hour ' || floor(extract(epoch FROM created_at) / 3600)::text
        WHEN age <= interval '30 days' THEN 'day ' || floor(extract(epoch FROM created_at) / 86400)::text
        ELSE 'month ' || floor(extract(epoch FROM created_at) / 2592000)::text END
      ORDER BY created_at DESC, version_id DESC) AS place
    FROM (
      SELECT version_id, scene_id, created_at, now() - created_at AS age FROM scene_versions
      WHERE kind = 'automatic' AND ($1::text IS NULL OR scene_id = $1::text)
    ) AS automatic
  ) AS ranked WHERE place > 1`;

/** The `scene_versions` table. */
export class VersionStore {
  readonly #database: Database;

  constructor(options: { readonly database: Database }) {
    this.#database = options.database;
  }

  /** Ends the scene's epoch, and returns it. Throws `scene_not_found`. */
  async endEpoch(sceneId: string): Promise<number> {
    const { rows } = await this.#database.query<{ epoch: number }>(
      'UPDATE scenes SET history_epoch = history_epoch + 1 WHERE scene_id = $1 RETURNING history_epoch - 1 AS epoch',
      [sceneId],
    );
    if (rows[0] === undefined) throw new DioramaError('scene_not_found');
    return rows[0].epoch;
  }

  /** A version of this id that is there already stays as it is. Throws `scene_not_found`. */
  async insert(version: NewVersion): Promise<VersionRecord> {
    const insert = (): Promise<unknown> =>
      this.#database.query(
        `INSERT INTO scene_versions (version_id, scene_id, seq, epoch, kind, name, note, subject, creator, node_count, data)
       SELECT $1, scene_id, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM scenes WHERE scene_id = $2
       ON CONFLICT (version_id) DO NOTHING`,
        [
          version.versionId,
          version.sceneId,
          version.seq,
          version.epoch,
          version.kind,
          version.name,
          version.note,
          version.by && storableId(version.by.subject),
          version.by && storableId(version.by.name),
          version.nodeCount,
          version.data,
        ],
      );
    await runLong(this.#database, insert, version.data.byteLength);
    const inserted = await this.find(version.sceneId, version.versionId);
    if (inserted === undefined) throw new DioramaError('scene_not_found');
    return inserted;
  }

  async find(sceneId: string, versionId: string): Promise<VersionRecord | undefined> {
    const { rows } = await this.#database.query<VersionRecord>(
      `SELECT ${COLUMNS} FROM scene_versions WHERE scene_id = $1 AND version_id = $2`,
      [sceneId, versionId],
    );
    return rows[0];
  }

  /** Throws `version_not_found`. */
  async get(sceneId: string, versionId: string): Promise<VersionRecord> {
    return found(await this.find(sceneId, versionId), versionId);
  }

  /** Throws `version_not_found`. */
  async data(sceneId: string, versionId: string): Promise<Uint8Array> {
    const { rows } = await this.#database.query<{ data: Uint8Array }>(
      'SELECT data FROM scene_versions WHERE scene_id = $1 AND version_id = $2',
      [sceneId, versionId],
    );
    return found(rows[0], versionId).data;
  }

  /** The newest version of the scene, and the position that the scene is at. */
  async last(sceneId: string): Promise<{ version: VersionRecord | undefined; headSeq: number } | undefined> {
    const { rows } = await this.#database.query<
      VersionRecord & { headSeq: number; versionId: VersionId | null }
    >(
      `SELECT s.head_seq AS "headSeq", v.* FROM scenes s LEFT JOIN LATERAL (
         SELECT ${COLUMNS} FROM scene_versions WHERE scene_id = s.scene_id ORDER BY seq DESC, created_at DESC LIMIT 1
       ) AS v ON true WHERE s.scene_id = $1`,
      [sceneId],
    );
    const row = rows[0];
    return row && { headSeq: row.headSeq, version: row.versionId === null ? undefined : row };
  }

  /** Scenes that were edited of late and have no version of their present state, the last edited first. */
  async unversioned(): Promise<string[]> {
    const { rows } = await this.#database.query<{ scene_id: string }>(
      `SELECT scene_id FROM scenes s WHERE updated_at > now() - interval '7 days'
         AND EXISTS (SELECT 1 FROM scene_changes c WHERE c.scene_id = s.scene_id AND c.epoch = s.history_epoch)
         AND NOT EXISTS (SELECT 1 FROM scene_versions v WHERE v.scene_id = s.scene_id AND v.seq >= s.head_seq)
       ORDER BY updated_at DESC LIMIT 1000`,
    );
    return rows.map((row) => row.scene_id);
  }

  /** Newest first; one row more than the limit. */
  async list(sceneId: string, kind: VersionKind | undefined, page: PageRequest): Promise<ListedVersion[]> {
    const { rows } = await this.#database.query<ListedVersion>(
      `SELECT ${COLUMNS}, ${CURSOR_TIME_SQL} AS "cursorTime" FROM scene_versions
       WHERE scene_id = $1 AND ($2::text IS NULL OR kind = $2::text)
         AND ($3::timestamptz IS NULL OR (created_at, version_id) < ($3::timestamptz, $4::text))
       ORDER BY created_at DESC, version_id DESC LIMIT $5`,
      [sceneId, kind ?? null, page.after?.createdAt ?? null, page.after?.id ?? null, page.limit + 1],
    );
    return rows;
  }

  /** Throws `version_not_found`. */
  async update(
    sceneId: string,
    versionId: string,
    change: { readonly name?: string | undefined; readonly note?: string | undefined },
  ): Promise<VersionRecord> {
    const { rows } = await this.#database.query<VersionRecord>(
      `UPDATE scene_versions SET name = COALESCE($3, name), note = COALESCE($4, note),
         kind = CASE WHEN $3::text IS NULL THEN kind ELSE 'named' END
       WHERE scene_id = $1 AND version_id = $2 RETURNING ${COLUMNS}`,
      [sceneId, versionId, change.name ?? null, change.note ?? null],
    );
    return found(rows[0], versionId);
  }

  /** Throws `version_not_found`. */
  async delete(tx: SqlClient, sceneId: string, versionId: string): Promise<void> {
    const sql = 'DELETE FROM scene_versions WHERE scene_id = $1 AND version_id = $2';
    const { rowCount } = await tx.query(sql, [sceneId, versionId]);
    if (rowCount === 0) throw notFound(versionId);
  }

  /** Deletes automatic versions that are too many for their age, of one scene or all; returns the scenes that lost some. */
  async thin(tx: SqlClient, sceneId?: string): Promise<string[]> {
    const { rows } = await tx.query<{ scene_id: string }>(
      `DELETE FROM scene_versions v USING (${THINNED_SQL}) AS thinned
       WHERE v.version_id = thinned.version_id RETURNING v.scene_id`,
      [sceneId ?? null],
    );
    return rows.map((row) => row.scene_id);
  }

  transaction<T>(work: (tx: SqlClient) => Promise<T>): Promise<T> {
    return this.#database.transaction(work);
  }
}

const notFound = (versionId: string): DioramaError =>
  new DioramaError('version_not_found', `The scene has no version ${versionId}`);

function found<T>(row: T | undefined, versionId: string): T {
  if (row === undefined) throw notFound(versionId);
  return row;
}
