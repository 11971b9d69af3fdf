import * as Y from 'yjs';

/** Puts a group in the document; `value` is what it carries. */
export function putNode(doc: Y.Doc | undefined, id: string, value: unknown = 1): void {
  doc?.getMap('nodes').set(
    id,
    new Y.Map<unknown>([
      ['kind', 'group'],
      ['value', value],
    ]),
  );
}

/** What {@link putNode} put there, by id. */
export const nodeValues = (doc: Y.Doc): Record<string, unknown> =>
  Object.fromEntries(
    [...doc.getMap('nodes')].map(([id, node]) => [id, (node as Y.Map<unknown>).get('value')]),
  );

/** A message of a comment thread, signed by its author. */
export const message = (text: string, author: string) => ({
  id: text,
  author,
  text,
  createdAt: '2026-01-01T00:00:00Z',
});
