import type * as Y from 'yjs';
import type { DecodedUpdate } from './update-check.js';

/** Which of the updates wrote the item, or deleted it; the last one where none of them says so. */
export function originatingUpdate(item: Y.Item | undefined, updates: readonly DecodedUpdate[]): number {
  const last = updates.length - 1;
  if (item === undefined || last === 0) return last;
  const { client, clock } = item.id;
  const wrote = updates.findLastIndex(({ structs }) =>
    structs.some(({ id, length }) => id.client === client && id.clock <= clock && clock < id.clock + length),
  );
  if (wrote >= 0) return wrote;
  const deleted = updates.findLastIndex(({ ds }) =>
    ds.clients.get(client)?.some((range) => range.clock <= clock && clock < range.clock + range.len),
  );
  return deleted >= 0 ? deleted : last;
}
