import type { Role } from '@diorama/shared';
import type { SqlClient } from '../database/database.js';
import { CURSOR_TIME_SQL, type ListPosition, type PageRequest } from '../http/cursor.js';

/** A row of the `scene_members` table. */
export interface MemberRecord {
  readonly subject: string;
  readonly role: Role;
  readonly name: string;
  readonly addedBy: string;
  readonly createdAt: Date;
}

export type ListedMember = MemberRecord & { readonly cursorTime: string };

export const memberPosition = (row: ListedMember): ListPosition => ({
  createdAt: row.cursorTime,
  id: row.subject,
});

const COLUMNS = `subject, role, name, added_by AS "addedBy", created_at AS "createdAt"`;

/** The members of one scene. */
export class MemberStore {
  readonly #client: SqlClient;
  readonly #sceneId: string;

  constructor(options: { readonly client: SqlClient; readonly sceneId: string }) {
    this.#client = options.client;
    this.#sceneId = options.sceneId;
  }

  /** Newest first; one row more than the limit, to tell whether there is a next page. */
  async list({ limit, after }: PageRequest): Promise<ListedMember[]> {
    const { rows } = await this.#client.query<ListedMember>(
      `SELECT ${COLUMNS}, ${CURSOR_TIME_SQL} AS "cursorTime" FROM scene_members
       WHERE scene_id = $1 AND ($2::timestamptz IS NULL OR (created_at, subject) < ($2::timestamptz, $3::text))
       ORDER BY created_at DESC, subject DESC LIMIT $4`,
      [this.#sceneId, after?.createdAt ?? null, after?.id ?? null, limit + 1],
    );
    return rows;
  }

  async find(subject: string): Promise<MemberRecord | undefined> {
    const { rows } = await this.#client.query<MemberRecord>(
      `SELECT ${COLUMNS} FROM scene_members WHERE scene_id = $1 AND subject = $2`,
      [this.#sceneId, subject],
    );
    return rows[0];
  }

  async hasOwnerBeside(subject: string): Promise<boolean> {
    const { rowCount } = await this.#client.query(
      `SELECT 1 FROM scene_members WHERE scene_id = $1 AND subject <> $2 AND role = 'owner' LIMIT 1`,
      [this.#sceneId, subject],
    );
    return rowCount > 0;
  }

  /** Adds the member or changes them. Without a name they keep the one they have. */
  async put(subject: string, role: Role, name: string | undefined, addedBy: string): Promise<MemberRecord> {
    const { rows } = await this.#client.query<MemberRecord>(
      `INSERT INTO scene_members AS m (scene_id, subject, role, name, added_by)
       VALUES ($1, $2, $3, COALESCE($4::text, ''), $5)
       ON CONFLICT (scene_id, subject) DO UPDATE SET role = $3, name = COALESCE($4::text, m.name)
       RETURNING ${COLUMNS}`,
      [this.#sceneId, subject, role, name ?? null, addedBy],
    );
    return rows[0] as MemberRecord;
  }

  async delete(subject: string): Promise<void> {
    await this.#client.query('DELETE FROM scene_members WHERE scene_id = $1 AND subject = $2', [
      this.#sceneId,
      subject,
    ]);
  }
}
