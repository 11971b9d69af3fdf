import type * as Y from 'yjs';
import type { DecodedUpdate } from './update-check.js';

/** Index of the update that wrote or deleted the item; the last one if none did. */
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
