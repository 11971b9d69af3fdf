import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import type { DecodedUpdate } from '../update-check.js';

type Struct = DecodedUpdate['structs'][number];

/** Encodes an update anew, with tombstones in the place of `dropped`: clocks go on, and nothing of the content is left. */
export function withTombstones(update: DecodedUpdate, dropped: ReadonlySet<Struct>): Uint8Array {
  const encoder = new Y.UpdateEncoderV1();
  const clients = byClient(update.structs, (struct) =>
    dropped.has(struct) ? new Y.GC(struct.id, struct.length) : struct,
  );
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

/** The structs of each client, in the order of the update; tombstones in a row become one. */
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
