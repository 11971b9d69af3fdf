import { newSceneId, type SceneId } from '@diorama/shared';
import type { Database } from '../database/database.js';
import { CURSOR_TIME_SQL, type ListPosition, type PageRequest } from '../http/cursor.js';
import type { SceneDirectory, SceneRecord } from './scene-directory.js';

const COLUMNS = `scene_id AS "sceneId", tenant, name, node_count AS "nodeCount", head_seq AS "headSeq",
  created_by AS "createdBy", created_at AS "createdAt", updated_at AS "updatedAt"`;

export type ListedScene = SceneRecord & { readonly cursorTime: string };

export const scenePosition = (row: ListedScene): ListPosition => ({
  createdAt: row.cursorTime,
  id: row.sceneId,
});

/** The `scenes` table. Every statement is bound to a tenant. */
export class SceneStore implements SceneDirectory {
  readonly #database: Database;
  readonly #newId: () => SceneId;

  constructor(options: { database: Database; newId?: () => SceneId }) {
    this.#database = options.database;
    this.#newId = options.newId ?? newSceneId;
  }

  async create(tenant: string, createdBy: string, name: string): Promise<SceneRecord> {
    const { rows } = await this.#database.query<SceneRecord>(
      `INSERT INTO scenes (scene_id, tenant, name, created_by) VALUES ($1, $2, $3, $4) RETURNING ${COLUMNS}`,
      [this.#newId(), tenant, name, createdBy],
    );
    return rows[0] as SceneRecord;
  }

  async find(tenant: string, sceneId: string): Promise<SceneRecord | undefined> {
    const { rows } = await this.#database.query<SceneRecord>(
      `SELECT ${COLUMNS} FROM scenes WHERE tenant = $1 AND scene_id = $2`,
      [tenant, sceneId],
    );
    return rows[0];
  }

  /** Newest first; one row more than the limit, to tell whether there is a next page. */
  async list(tenant: string, page: PageRequest): Promise<ListedScene[]> {
    const { rows } = await this.#database.query<ListedScene>(
      `SELECT ${COLUMNS}, ${CURSOR_TIME_SQL} AS "cursorTime" FROM scenes
       WHERE tenant = $1 AND ($2::timestamptz IS NULL OR (created_at, scene_id) < ($2::timestamptz, $3::text))
       ORDER BY created_at DESC, scene_id DESC LIMIT $4`,
      [tenant, page.after?.createdAt ?? null, page.after?.id ?? null, page.limit + 1],
    );
    return rows;
  }

  /** Deletes the scene with its log. `ifSeq` deletes only at that position. */
  async delete(tenant: string, sceneId: string, ifSeq?: number): Promise<boolean> {
    const { rowCount } = await this.#database.query(
      'DELETE FROM scenes WHERE tenant = $1 AND scene_id = $2 AND ($3::bigint IS NULL OR head_seq = $3::bigint)',
      [tenant, sceneId, ifSeq ?? null],
    );
    return rowCount > 0;
  }
}
