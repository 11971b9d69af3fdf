import * as Y from 'yjs';
import type { DecodedUpdate } from './update-check.js';

/** Whether an update refers to structs, also by deletions, that neither the document nor the update itself has. */
export function lacksDependencies({ store }: Y.Doc, update: DecodedUpdate): boolean {
  const ends = new Map<number, number>();
  const endOf = (client: number): number => ends.get(client) ?? Y.getState(store, client);
  for (const struct of update.structs) {
    const { client, clock } = struct.id;
    if (clock > endOf(client) || struct instanceof Y.Skip) return true;
    ends.set(client, Math.max(endOf(client), clock + struct.length));
  }
  for (const struct of update.structs) {
    if (!(struct instanceof Y.Item)) continue;
    const parent = struct.parent as unknown;
    for (const reference of [struct.origin, struct.rightOrigin, parent])
      if (reference instanceof Y.ID && reference.clock >= endOf(reference.client)) return true;
  }
  for (const [client, ranges] of update.ds.clients)
    for (const { clock, len } of ranges) if (clock + len > endOf(client)) return true;
  return false;
}

/** Whether an update refers to missing structs of clients from which it contains no structs. */
export function lacksOtherClients({ store }: Y.Doc, { structs, ds }: DecodedUpdate): boolean {
  const own = new Set(structs.map(({ id }) => id.client));
  const isMissing = (client: number, clock: number): boolean =>
    !own.has(client) && clock >= Y.getState(store, client);
  for (const struct of structs) {
    if (!(struct instanceof Y.Item)) continue;
    const parent = struct.parent as unknown;
    for (const reference of [struct.origin, struct.rightOrigin, parent])
      if (reference instanceof Y.ID && isMissing(reference.client, reference.clock)) return true;
  }
  for (const [client, ranges] of ds.clients)
    for (const { clock, len } of ranges) if (isMissing(client, clock + len - 1)) return true;
  return false;
}
