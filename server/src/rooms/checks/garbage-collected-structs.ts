import * as Y from 'yjs';
import { StructIndex } from './struct-index.js';
import type { DecodedUpdate } from './update-check.js';

type Struct = DecodedUpdate['structs'][number];

/**
 * Adds structs that Yjs garbage-collected on arrival to the delete set, so that the sender drops them too. Returns
 * whether there were any.
 *
 * These are the `dropped` structs, and those that Yjs drops because their parent or neighbour is garbage-collected.
 * Without the deletion the sender would keep them for ever.
 */
export function deleteGarbageCollected(
  { doc, beforeState, deleteSet }: Y.Transaction,
  update: DecodedUpdate,
  dropped: ReadonlySet<Struct> | undefined,
): boolean {
  let found = false;
  let client: number | undefined;
  let index: StructIndex | undefined;
  for (const struct of update.structs) {
    if (struct.id.client === client) continue;
    client = struct.id.client;
    const from = beforeState.get(client) ?? 0;
    if (Y.getState(doc.store, client) <= from) continue;
    const structs = doc.store.clients.get(client) ?? [];
    for (let at = Y.findIndexSS(structs, from); at < structs.length; at++) {
      const stored = structs[at] as Y.Item | Y.GC;
      if (!(stored instanceof Y.GC)) continue;
      if (dropped === undefined && !cameAsItem((index ??= new StructIndex(update.structs)), stored)) continue;
      const ranges = deleteSet.clients.get(client);
      const range = { clock: stored.id.clock, len: stored.length };
      if (ranges === undefined) deleteSet.clients.set(client, [range]);
      else ranges.push(range);
      found = true;
    }
  }
  return found;
}

function cameAsItem(index: StructIndex, { id }: Y.GC): boolean {
  const struct = index.find(id.client, id.clock);
  return struct instanceof Y.Item && struct.id.clock === id.clock;
}
