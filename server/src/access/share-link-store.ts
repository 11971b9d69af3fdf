import type { LinkRole, ShareLinkId } from '@diorama/shared';
import type { SqlClient } from '../database/database.js';
import { CURSOR_TIME_SQL, type ListPosition, type PageRequest } from '../http/cursor.js';

/** A row of the `share_links` table. */
export interface ShareLinkRecord {
  readonly linkId: ShareLinkId;
  readonly sceneId: string;
  readonly role: LinkRole;
  readonly name: string;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** A link with the tenant of its scene. */
export type UsableLink = ShareLinkRecord & { readonly tenant: string };

export interface ShareLinkDirectory {
  /** undefined for a link that does not exist, was revoked or has expired. */
  find(linkId: string): Promise<UsableLink | undefined>;
}

export type ListedShareLink = ShareLinkRecord & { readonly cursorTime: string };

export const shareLinkPosition = (row: ListedShareLink): ListPosition => ({
  createdAt: row.cursorTime,
  id: row.linkId,
});

const COLUMNS = `l.link_id AS "linkId", l.scene_id AS "sceneId", l.role, l.name, l.created_by AS "createdBy",
  l.created_at AS "createdAt", l.expires_at AS "expiresAt"`;

/** The `share_links` table. A revoked link has no row; a scene's links go with it. */
export class ShareLinkStore implements ShareLinkDirectory {
  readonly #client: SqlClient;

  constructor(options: { readonly client: SqlClient }) {
    this.#client = options.client;
  }

  async find(linkId: string): Promise<UsableLink | undefined> {
    const { rows } = await this.#client.query<UsableLink>(
      `SELECT ${COLUMNS}, s.tenant FROM share_links l JOIN scenes s USING (scene_id)
       WHERE l.link_id = $1 AND l.expires_at > now()`,
      [linkId],
    );
    return rows[0];
  }

  /** Adds a link, or finds it where an earlier try of the request has added it; forgets those of the scene that have expired. */
  async add(link: Omit<ShareLinkRecord, 'createdAt'>): Promise<ShareLinkRecord> {
    await this.#client.query('DELETE FROM share_links WHERE scene_id = $1 AND expires_at <= now()', [
      link.sceneId,
    ]);
    const { rows } = await this.#client.query<ShareLinkRecord>(
      `INSERT INTO share_links AS l (link_id, scene_id, role, name, created_by, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (link_id) DO UPDATE SET link_id = excluded.link_id RETURNING ${COLUMNS}`,
      [link.linkId, link.sceneId, link.role, link.name, link.createdBy, link.expiresAt],
    );
    return rows[0] as ShareLinkRecord;
  }

  /** Newest first; one row more than the limit, to tell whether there is a next page. */
  async list(sceneId: string, { limit, after }: PageRequest): Promise<ListedShareLink[]> {
    const { rows } = await this.#client.query<ListedShareLink>(
      `SELECT ${COLUMNS}, ${CURSOR_TIME_SQL} AS "cursorTime" FROM share_links l
       WHERE scene_id = $1 AND expires_at > now()
         AND ($2::timestamptz IS NULL OR (created_at, link_id) < ($2::timestamptz, $3::text))
       ORDER BY created_at DESC, link_id DESC LIMIT $4`,
      [sceneId, after?.createdAt ?? null, after?.id ?? null, limit + 1],
    );
    return rows;
  }

  async delete(sceneId: string, linkId: string): Promise<boolean> {
    const { rowCount } = await this.#client.query(
      'DELETE FROM share_links WHERE scene_id = $1 AND link_id = $2',
      [sceneId, linkId],
    );
    return rowCount > 0;
  }
}
