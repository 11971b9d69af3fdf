import { newSceneId, type Role, type SceneId } from '@diorama/shared';
import type { SqlClient } from '../database/database.js';
import { CURSOR_TIME_SQL, type ListPosition, type PageRequest } from '../http/cursor.js';
import type { Principal } from '../access/principal.js';
import { visibilityParams, visibleSql } from '../access/scene-access.js';
import type { SceneDirectory, SceneRecord, Standing, Standings } from './scene-directory.js';

const COLUMNS = `s.scene_id AS "sceneId", tenant, name, node_count AS "nodeCount", head_seq AS "headSeq",
  created_by AS "createdBy", created_at AS "createdAt", updated_at AS "updatedAt"`;

/** The {@link Standing} of a subject, given by its placeholder, with a row of `scenes s`. */
const standingSql = (subject: string): string =>
  `EXISTS (SELECT 1 FROM scene_members m WHERE m.scene_id = s.scene_id) AS "hasMembers",
   (SELECT m.role FROM scene_members m WHERE m.scene_id = s.scene_id AND m.subject = ${subject}) AS "memberRole"`;

interface StandingsRow {
  readonly sceneId: string;
  readonly tenant: string;
  readonly hasMembers: boolean;
  readonly roles: [subject: string, role: Role][] | null;
  readonly links: string[] | null;
}

export type ListedScene = SceneRecord & Standing & { readonly cursorTime: string };

export const scenePosition = (row: ListedScene): ListPosition => ({
  createdAt: row.cursorTime,
  id: row.sceneId,
});

/** The `scenes` table. Every statement is bound to a tenant. */
export class SceneStore implements SceneDirectory {
  readonly #database: SqlClient;
  readonly #newId: () => SceneId;

  constructor(options: { database: SqlClient; newId?: () => SceneId }) {
    this.#database = options.database;
    this.#newId = options.newId ?? newSceneId;
  }

  /** A scene of this id that is there already stays as it is. */
  async create(
    tenant: string,
    createdBy: string,
    name: string,
    id: SceneId = this.#newId(),
  ): Promise<SceneRecord> {
    const { rows } = await this.#database.query<SceneRecord>(
      `INSERT INTO scenes AS s (scene_id, tenant, name, created_by) VALUES ($1, $2, $3, $4)
       ON CONFLICT (scene_id) DO UPDATE SET tenant = s.tenant RETURNING ${COLUMNS}`,
      [id, tenant, name, createdBy],
    );
    return rows[0] as SceneRecord;
  }

  async find(tenant: string, sceneId: string): Promise<SceneRecord | undefined> {
    const { rows } = await this.#database.query<SceneRecord>(
      `SELECT ${COLUMNS} FROM scenes s WHERE tenant = $1 AND scene_id = $2`,
      [tenant, sceneId],
    );
    return rows[0];
  }

  async findFor(
    tenant: string,
    sceneId: string,
    subject: string,
  ): Promise<(SceneRecord & Standing) | undefined> {
    const { rows } = await this.#database.query<SceneRecord & Standing>(
      `SELECT ${COLUMNS}, ${standingSql('$3')} FROM scenes s WHERE tenant = $1 AND scene_id = $2`,
      [tenant, sceneId, subject],
    );
    return rows[0];
  }

  async standings(
    sceneIds: readonly string[],
    subjects: readonly string[],
    linkIds: readonly string[],
  ): Promise<Map<string, Standings>> {
    const { rows } = await this.#database.query<StandingsRow>(
      `SELECT scene_id AS "sceneId", tenant,
         EXISTS (SELECT 1 FROM scene_members m WHERE m.scene_id = s.scene_id) AS "hasMembers",
         (SELECT jsonb_agg(jsonb_build_array(m.subject, m.role)) FROM scene_members m
          WHERE m.scene_id = s.scene_id AND m.subject = ANY($2::text[])) AS roles,
         (SELECT jsonb_agg(l.link_id) FROM share_links l
          WHERE l.scene_id = s.scene_id AND l.link_id = ANY($3::text[])) AS links
       FROM scenes s WHERE scene_id = ANY($1::text[])`,
      [[...sceneIds], [...subjects], [...linkIds]],
    );
    return new Map(
      rows.map(({ sceneId, tenant, hasMembers, roles, links }) => [
        sceneId,
        { tenant, hasMembers, memberRoles: new Map(roles ?? []), links: new Set(links ?? []) },
      ]),
    );
  }

  /** What `principal` may see, newest first; one row more than the limit, to tell whether there is a next page. */
  async list(principal: Principal, page: PageRequest): Promise<ListedScene[]> {
    const { rows } = await this.#database.query<ListedScene>(
      `SELECT ${COLUMNS}, ${standingSql('$5')}, ${CURSOR_TIME_SQL} AS "cursorTime" FROM scenes s
       WHERE tenant = $1 AND ($2::timestamptz IS NULL OR (created_at, scene_id) < ($2::timestamptz, $3::text))
         AND ${visibleSql('$5', '$6')}
       ORDER BY created_at DESC, scene_id DESC LIMIT $4`,
      [
        principal.tenant,
        page.after?.createdAt ?? null,
        page.after?.id ?? null,
        page.limit + 1,
        ...visibilityParams(principal),
      ],
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
