import {
  DioramaError,
  type DocumentChange,
  type EditCounts,
  type EditId,
  type EditKind,
} from '@diorama/shared';
import type { Database, SqlClient } from '../database/database.js';
import { CURSOR_TIME_SQL, type ListPosition, type PageRequest } from '../http/cursor.js';

/** An edit as it is written. */
export interface NewEdit {
  readonly editId: EditId;
  readonly sceneId: string;
  readonly kind: EditKind;
  readonly summary: string;
  readonly subject: string;
  readonly name: string;
  readonly counts: EditCounts;
  readonly undoes: EditId | null;
  /** JSON of the changes; null when there are too many to keep. */
  readonly changes: Uint8Array | null;
  /** JSON of what its caller was told, for a caller that asks again. */
  readonly result: Uint8Array | null;
}

/** A row of `scene_edits` without its large columns. */
export interface EditRecord {
  readonly editId: EditId;
  readonly sceneId: string;
  readonly seq: number;
  readonly kind: EditKind;
  readonly summary: string;
  readonly subject: string;
  readonly name: string;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly undoes: EditId | null;
  readonly undoneBy: EditId | null;
  readonly undoable: boolean;
  readonly createdAt: Date;
}

export type ListedEdit = EditRecord & { readonly cursorTime: string };

export const editPosition = (row: ListedEdit): ListPosition => ({
  createdAt: row.cursorTime,
  id: row.editId,
});

const COLUMNS = /* sql */ `edit_id AS "editId", scene_id AS "sceneId", seq, kind, summary, subject, name, added, changed,
  removed, undoes, undone_by AS "undoneBy", changes IS NOT NULL AS undoable, created_at AS "createdAt"`;

/**
 * Edit $1 has taken back $2. If that was an undo itself, what it had taken back stands again, and so on along the chain.
 *
 * What another undo has taken back meanwhile stays taken back.
 */
const UNDONE_SQL = /* sql */ `
  WITH RECURSIVE chain (edit_id, undoer, in_force) AS (
    SELECT $2::text COLLATE "C", $1::text COLLATE "C", true
    UNION ALL
    SELECT e.undoes, e.edit_id, NOT c.in_force FROM chain c JOIN scene_edits e ON e.edit_id = c.edit_id
    WHERE e.undoes IS NOT NULL
  )
  UPDATE scene_edits s SET undone_by = CASE WHEN c.in_force THEN c.undoer ELSE NULL END
  FROM chain c WHERE s.edit_id = c.edit_id AND (c.in_force OR s.undone_by = c.undoer)`;

const parse = <T>(json: Uint8Array): T => JSON.parse(Buffer.from(json).toString('utf8')) as T;

/** The `scene_edits` table. */
export class EditStore {
  readonly #database: Database;

  constructor(options: { readonly database: Database }) {
    this.#database = options.database;
  }

  /** Belongs into the transaction that commits the edit at `seq`. */
  async insert(tx: SqlClient, edit: NewEdit, seq: number): Promise<void> {
    const { editId, sceneId, kind, counts, undoes } = edit;
    await tx.query(
      `INSERT INTO scene_edits (edit_id, scene_id, seq, kind, summary, subject, name, added, changed, removed, undoes,
         changes, result)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
       -- A try that was given up as dead came through after all: the document has the edit twice, and one record says it.
       ON CONFLICT (edit_id) DO NOTHING`,
      [
        editId,
        sceneId,
        seq,
        kind,
        storable(edit.summary),
        storable(edit.subject),
        storable(edit.name),
        counts.added,
        counts.changed,
        counts.removed,
        undoes,
        edit.changes,
        edit.result,
      ],
    );
    if (undoes !== null) await tx.query(UNDONE_SQL, [editId, undoes]);
  }

  async find(sceneId: string, editId: string): Promise<EditRecord | undefined> {
    const { rows } = await this.#database.query<EditRecord>(
      `SELECT ${COLUMNS} FROM scene_edits WHERE scene_id = $1 AND edit_id = $2`,
      [sceneId, editId],
    );
    return rows[0];
  }

  /** Throws `edit_not_found`. */
  async get(sceneId: string, editId: string): Promise<EditRecord> {
    const edit = await this.find(sceneId, editId);
    if (edit === undefined) throw new DioramaError('edit_not_found', `The scene has no edit ${editId}`);
    return edit;
  }

  /** undefined where they are not kept. */
  async changes(editId: string): Promise<DocumentChange[] | undefined> {
    const json = await this.#bytes('changes', editId);
    return json === undefined ? undefined : parse<DocumentChange[]>(json);
  }

  async result<T>(editId: string): Promise<T | undefined> {
    const json = await this.#bytes('result', editId);
    return json === undefined ? undefined : parse<T>(json);
  }

  /** Newest first, all or those of one kind; one row more than the limit. */
  async list(sceneId: string, kind: EditKind | undefined, page: PageRequest): Promise<ListedEdit[]> {
    const { rows } = await this.#database.query<ListedEdit>(
      `SELECT ${COLUMNS}, ${CURSOR_TIME_SQL} AS "cursorTime" FROM scene_edits
       WHERE scene_id = $1 AND ($2::timestamptz IS NULL OR (created_at, edit_id) < ($2::timestamptz, $3::text))
         AND ($5::text IS NULL OR kind = $5::text)
       ORDER BY created_at DESC, edit_id DESC LIMIT $4`,
      [sceneId, page.after?.createdAt ?? null, page.after?.id ?? null, page.limit + 1, kind ?? null],
    );
    return rows;
  }

  async deleteOlderThan(days: number): Promise<number> {
    const sql = "DELETE FROM scene_edits WHERE created_at < now() - $1 * interval '1 day'";
    return (await this.#database.query(sql, [days])).rowCount;
  }

  async #bytes(column: 'changes' | 'result', editId: string): Promise<Uint8Array | undefined> {
    const { rows } = await this.#database.query<{ json: Uint8Array | null }>(
      `SELECT ${column} AS json FROM scene_edits WHERE edit_id = $1`,
      [editId],
    );
    return rows[0]?.json ?? undefined;
  }
}

/** Text columns take no NUL, and no half of a surrogate pair. */
const storable = (text: string): string => Buffer.from(text.replaceAll('\0', '')).toString();
