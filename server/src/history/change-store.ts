import type { RootMap } from '@diorama/shared';
import type { Principal } from '../access/principal.js';
import type { Database, SqlClient } from '../database/database.js';
import type { ListPosition, PageRequest } from '../http/cursor.js';
import { joinedFate, type ItemFate } from '../rooms/document/touched-items.js';

/** That somebody changed an item; times in milliseconds since 1970. */
export interface ChangeNote {
  readonly sceneId: string;
  readonly editor: Pick<Principal, 'subject' | 'name'> & Principal;
  readonly root: RootMap;
  readonly id: string;
  readonly fate: ItemFate;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** A row of `scene_changes`. */
export interface ChangeRecord {
  readonly root: RootMap;
  readonly id: string;
  readonly subject: string;
  readonly name: string;
  readonly change: ItemFate;
  readonly lastAt: Date;
}

export type ListedChange = ChangeRecord & { readonly cursorTime: string };

export const changePosition = (row: ListedChange): ListPosition => ({
  createdAt: row.cursorTime,
  id: JSON.stringify([row.root, row.id, row.subject]),
});

const COLUMNS = `root, item_id AS id, subject, name, change, last_at AS "lastAt"`;
const CURSOR_TIME = `to_char(last_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "cursorTime"`;

/** Ids are any text, but NUL and half a surrogate pair cannot be stored: such ids are found under what is left of them. */
export const storableId = (id: string): string => Buffer.from(id.replaceAll('\0', '')).toString();

/** The `scene_changes` table. */
export class ChangeStore {
  readonly #database: Database;

  constructor(options: { readonly database: Database }) {
    this.#database = options.database;
  }

  /** Writes notes into the present epoch of their scenes. */
  async write(notes: readonly ChangeNote[]): Promise<void> {
    const merged = mergeBySubject(notes);
    const column = <T>(of: (note: ChangeNote) => T): T[] => merged.map(of);
    await this.#database.query(
      `INSERT INTO scene_changes (scene_id, epoch, root, item_id, subject, name, change, first_at, last_at)
       SELECT s.scene_id, s.history_epoch, i.root, i.item_id, i.subject, i.name, i.change,
         to_timestamp(i.first_at / 1000), to_timestamp(i.last_at / 1000)
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::float8[], $8::float8[])
         AS i (scene_id, root, item_id, subject, name, change, first_at, last_at)
       JOIN scenes s ON s.scene_id = i.scene_id
       ORDER BY 1, 3, 4, 5
       ON CONFLICT (scene_id, epoch, root, item_id, subject) DO UPDATE SET
         name = EXCLUDED.name, last_at = GREATEST(scene_changes.last_at, EXCLUDED.last_at),
         change = CASE WHEN EXCLUDED.change = 'changed' AND scene_changes.change = 'added' THEN 'added'
           ELSE EXCLUDED.change END`,
      [
        column((note) => note.sceneId),
        column((note) => note.root),
        column((note) => storableId(note.id)),
        column((note) => storableId(note.editor.subject)),
        column((note) => storableId(note.editor.name)),
        column((note) => note.fate),
        column((note) => note.firstAt),
        column((note) => note.lastAt),
      ],
    );
  }

  /** The last change of each item, the newest first; one row more than the limit. */
  async latest(
    sceneId: string,
    filter: { readonly root?: RootMap | undefined; readonly since?: string | undefined },
    page: PageRequest,
  ): Promise<ListedChange[]> {
    const { rows } = await this.#database.query<ListedChange>(
      `SELECT ${COLUMNS}, ${CURSOR_TIME} FROM (
         SELECT DISTINCT ON (root, item_id) * FROM scene_changes
         WHERE scene_id = $1 AND ($2::text IS NULL OR root = $2::text)
         ORDER BY root, item_id, last_at DESC, subject
       ) AS latest
       WHERE ($3::timestamptz IS NULL OR last_at > $3::timestamptz)
         AND ($4::timestamptz IS NULL OR (last_at, root, item_id, subject) < ($4::timestamptz, $5::text, $6::text, $7::text))
       ORDER BY last_at DESC, root DESC, item_id DESC, subject DESC LIMIT $8`,
      [sceneId, filter.root ?? null, filter.since ?? null, ...afterOf(page), page.limit + 1],
    );
    return rows;
  }

  /** Who changed one item, the last first; one row more than the limit. */
  async ofItem(sceneId: string, root: RootMap, id: string, page: PageRequest): Promise<ListedChange[]> {
    const { rows } = await this.#database.query<ListedChange>(
      `SELECT ${COLUMNS}, ${CURSOR_TIME} FROM scene_changes
       WHERE scene_id = $1 AND root = $2 AND item_id = $3
         AND ($4::timestamptz IS NULL OR (last_at, root, item_id, subject) < ($4::timestamptz, $5::text, $6::text, $7::text))
       ORDER BY last_at DESC, subject DESC LIMIT $8`,
      [sceneId, root, storableId(id), ...afterOf(page), page.limit + 1],
    );
    return rows;
  }

  /** Who changed items in the epochs after `after` up to `until`, the last first. */
  async between(
    sceneId: string,
    epochs: { readonly after: number; readonly until: number },
    items: readonly { readonly root: RootMap; readonly id: string }[],
  ): Promise<ChangeRecord[]> {
    const wanted = new Set(items.map(({ root, id }) => `${root}/${storableId(id)}`));
    // No join with the items: in the plan for any parameters, which Postgres takes after some times, that is a loop of all rows over all items.
    const { rows } = await this.#database.query<ChangeRecord>(
      `SELECT ${COLUMNS} FROM scene_changes
       WHERE scene_id = $1 AND epoch > $2 AND epoch <= $3 AND item_id = ANY ($4::text[])
       ORDER BY last_at DESC, subject`,
      [sceneId, epochs.after, epochs.until, items.map(({ id }) => storableId(id))],
    );
    return rows.filter(({ root, id }) => wanted.has(`${root}/${id}`));
  }

  /**
   * Joins the rows of epochs that have no version any more with those of the next version's epoch.
   *
   * Without it the table would grow with every version that was ever made.
   */
  async joinEpochs(tx: SqlClient, sceneId: string): Promise<void> {
    await tx.query(
      `WITH target AS (
         SELECT e.epoch, COALESCE(
           (SELECT min(v.epoch) FROM scene_versions v WHERE v.scene_id = $1 AND v.epoch >= e.epoch),
           (SELECT history_epoch FROM scenes WHERE scene_id = $1)) AS into_epoch
         FROM (SELECT DISTINCT epoch FROM scene_changes WHERE scene_id = $1) AS e
       ), moved AS (
         DELETE FROM scene_changes c USING target t
         WHERE c.scene_id = $1 AND c.epoch = t.epoch AND t.into_epoch <> t.epoch
         RETURNING c.*, t.into_epoch
       )
       INSERT INTO scene_changes (scene_id, epoch, root, item_id, subject, name, change, first_at, last_at)
       SELECT scene_id, into_epoch, root, item_id, subject,
         (array_agg(name ORDER BY last_at DESC))[1],
         CASE WHEN (array_agg(change ORDER BY last_at DESC))[1] = 'changed' AND bool_or(change = 'added') THEN 'added'
           ELSE (array_agg(change ORDER BY last_at DESC))[1] END,
         min(first_at), max(last_at)
       FROM moved GROUP BY scene_id, into_epoch, root, item_id, subject
       ON CONFLICT (scene_id, epoch, root, item_id, subject) DO UPDATE SET
         first_at = LEAST(scene_changes.first_at, EXCLUDED.first_at)`,
      [sceneId],
    );
  }
}

const afterOf = ({ after }: PageRequest): (string | null)[] => {
  if (after === null) return [null, null, null, null];
  const [root, id, subject] = JSON.parse(after.id) as [string, string, string];
  return [after.createdAt, root, id, subject];
};

/** One person may have come with several tokens; a statement may write each row once. */
function mergeBySubject(notes: readonly ChangeNote[]): ChangeNote[] {
  const merged = new Map<string, ChangeNote>();
  for (const note of [...notes].sort((a, b) => a.lastAt - b.lastAt)) {
    const { sceneId, root, id, editor } = note;
    const key = JSON.stringify([sceneId, root, storableId(id), storableId(editor.subject)]);
    const earlier = merged.get(key);
    merged.set(key, earlier === undefined ? note : { ...note, ...joinedWith(earlier, note) });
  }
  return [...merged.values()];
}

const joinedWith = (earlier: ChangeNote, note: ChangeNote): Pick<ChangeNote, 'fate' | 'firstAt'> => ({
  fate: joinedFate(earlier.fate, note.fate),
  firstAt: Math.min(earlier.firstAt, note.firstAt),
});
