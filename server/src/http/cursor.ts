import { DioramaError, PAGE_LIMIT_DEFAULT } from '@diorama/shared';
import { z } from 'zod';

const positionSchema = z.tuple([z.iso.datetime({ precision: 6 }), z.string()]);

/** A position in a list sorted by creation time and id, newest first. The time has microseconds, as Postgres has. */
export interface ListPosition {
  readonly createdAt: string;
  readonly id: string;
}

export interface PageRequest {
  readonly limit: number;
  readonly after: ListPosition | null;
}

export const encodeCursor = (position: ListPosition): string =>
  Buffer.from(JSON.stringify([position.createdAt, position.id])).toString('base64url');

/** Throws `invalid_cursor` for anything that `encodeCursor` did not make. */
export function decodeCursor(cursor: string): ListPosition {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DioramaError('invalid_cursor', undefined, { cause: error });
  }
  const parsed = positionSchema.safeParse(value);
  if (!parsed.success) throw new DioramaError('invalid_cursor');
  return { createdAt: parsed.data[0], id: parsed.data[1] };
}

export const pageRequest = (query: {
  cursor?: string | undefined;
  limit?: number | undefined;
}): PageRequest => ({
  limit: query.limit ?? PAGE_LIMIT_DEFAULT,
  after: query.cursor === undefined ? null : decodeCursor(query.cursor),
});

/** SQL for a creation time as cursors carry it. */
export const CURSOR_TIME_SQL = `to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** Cuts `rows`, of which one more than asked was read, into a page. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  position: (row: Row) => ListPosition,
  toItem: (row: Row) => Item,
): { items: Item[]; next_cursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items: shown.map(toItem), next_cursor: more ? encodeCursor(position(last)) : null };
}
