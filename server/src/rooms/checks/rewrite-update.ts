import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import type { DecodedUpdate } from './update-check.js';

type Struct = DecodedUpdate['structs'][number];

/**
 * Re-encodes an update with tombstones in place of the `dropped` structs: the clocks continue and the content is gone.
 */
export function withTombstones(update: DecodedUpdate, dropped: ReadonlySet<Struct>): Uint8Array {
  return encode(
    byClient(update.structs, (struct) => (dropped.has(struct) ? new Y.GC(struct.id, struct.length) : struct)),
    update,
  );
}

/**
 * Re-encodes an update without the structs of these client ids, and without the deletions of what those structs
 * replaced.
 */
export function withoutClients(update: DecodedUpdate, ids: ReadonlySet<number>): Uint8Array {
  const rest: Struct[] = [];
  const replaced = new Map<number, Set<number>>();
  for (const struct of update.structs) {
    if (!ids.has(struct.id.client)) rest.push(struct);
    else if (struct instanceof Y.Item && struct.origin !== null) {
      const { client, clock } = struct.origin;
      const clocks = replaced.get(client);
      if (clocks === undefined) replaced.set(client, new Set([clock]));
      else clocks.add(clock);
    }
  }
  const ds = Y.createDeleteSet();
  for (const [client, ranges] of update.ds.clients) {
    const clocks = [...(replaced.get(client) ?? [])].sort((a, b) => a - b);
    const kept = clocks.length === 0 ? ranges : ranges.flatMap((range) => cut(range, clocks));
    if (kept.length > 0) ds.clients.set(client, kept);
  }
  return encode(
    byClient(rest, (struct) => struct),
    { structs: rest, ds },
  );
}

/** Re-encodes an update without deletions beyond the clock `endOf` for each of these client ids. */
export function withoutDeletionsAhead(
  update: DecodedUpdate,
  ids: ReadonlySet<number>,
  endOf: (client: number) => number,
): Uint8Array {
  const ds = Y.createDeleteSet();
  for (const [client, ranges] of update.ds.clients) {
    const end = ids.has(client) ? endOf(client) : Infinity;
    const kept = ranges
      .filter(({ clock }) => clock < end)
      .map(({ clock, len }) => ({ clock, len: Math.min(len, end - clock) }));
    if (kept.length > 0) ds.clients.set(client, kept);
  }
  const { structs } = update;
  return encode(
    byClient(structs, (struct) => struct),
    { structs, ds },
  );
}

type Range = { readonly clock: number; readonly len: number };

/** Removes the clocks, which are sorted, from a range. */
function cut(range: Range, clocks: readonly number[]): Range[] {
  const end = range.clock + range.len;
  const kept: Range[] = [];
  let from = range.clock;
  for (let at = firstFrom(clocks, from); at < clocks.length && (clocks[at] as number) < end; at++) {
    const clock = clocks[at] as number;
    if (clock > from) kept.push({ clock: from, len: clock - from });
    from = clock + 1;
  }
  if (from < end) kept.push({ clock: from, len: end - from });
  return kept;
}

function firstFrom(clocks: readonly number[], least: number): number {
  let low = 0;
  let high = clocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((clocks[middle] as number) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

function encode(clients: readonly (readonly Struct[])[], update: DecodedUpdate): Uint8Array {
  const encoder = new Y.UpdateEncoderV1();
  encoding.writeVarUint(encoder.restEncoder, clients.length);
  for (const structs of clients) {
    const { client, clock } = (structs[0] as Struct).id;
    encoding.writeVarUint(encoder.restEncoder, structs.length);
    encoder.writeClient(client);
    encoding.writeVarUint(encoder.restEncoder, clock);
    for (const struct of structs) struct.write(encoder, 0);
  }
  writeDeletions(encoder, update);
  return encoder.toUint8Array();
}

/** The structs of each client in the order of the update, with consecutive tombstones merged. */
function byClient(structs: readonly Struct[], replace: (struct: Struct) => Struct): Struct[][] {
  const clients: Struct[][] = [];
  for (const original of structs) {
    const struct = replace(original);
    let current = clients.at(-1);
    if (current?.[0]?.id.client !== struct.id.client) clients.push((current = []));
    const last = current.at(-1);
    if (last instanceof Y.GC && struct instanceof Y.GC && last !== struct) {
      current[current.length - 1] = new Y.GC(last.id, last.length + struct.length);
    } else current.push(struct);
  }
  return clients;
}

function writeDeletions(encoder: Y.UpdateEncoderV1, { ds }: DecodedUpdate): void {
  encoding.writeVarUint(encoder.restEncoder, ds.clients.size);
  for (const [client, ranges] of ds.clients) {
    encoder.resetDsCurVal();
    encoding.writeVarUint(encoder.restEncoder, client);
    encoding.writeVarUint(encoder.restEncoder, ranges.length);
    for (const { clock, len } of ranges) {
      encoder.writeDsClock(clock);
      encoder.writeDsLen(len);
    }
  }
}
