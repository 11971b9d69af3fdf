import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';

type Decoded = ReturnType<typeof Y.decodeUpdate>;
type Struct = Decoded['structs'][number];

/** A part of this many structs is applied in a few milliseconds. */
const STRUCTS_OF_A_PART = 2_000;

/**
 * Splits the whole state of a document (V1) into updates that can be applied one by one, in order.
 *
 * Each part depends on earlier ones only, so Yjs never has to keep structs as pending. Deletions come last. A large
 * scene can then be loaded without blocking the event loop, and be sent meanwhile.
 */
export function splitState(state: Uint8Array, structsOfAPart = STRUCTS_OF_A_PART): Uint8Array[] {
  const { structs, ds } = Y.decodeUpdate(state);
  const parts: Uint8Array[] = [];
  const ordered = inCausalOrder(structs);
  for (let from = 0; from < ordered.length; from += structsOfAPart)
    parts.push(encodePart(ordered.slice(from, from + structsOfAPart), undefined));
  if (ds.clients.size > 0) parts.push(encodePart([], ds));
  return parts;
}

/** Sorts each struct after those that it refers to. Iterative, since chains of references have no length limit. */
function inCausalOrder(structs: readonly Struct[]): Struct[] {
  const queues = new Map<number, Queue>();
  for (const struct of structs) {
    const queue = queues.get(struct.id.client);
    if (queue === undefined) queues.set(struct.id.client, { structs: [struct], next: 0 });
    else queue.structs.push(struct);
  }
  const ordered: Struct[] = [];
  for (const first of queues.values()) {
    const path = [first];
    while (path.length > 0) {
      const queue = path.at(-1) as Queue;
      const struct = queue.structs[queue.next];
      const missing = struct === undefined ? undefined : queueOfMissing(struct, queues);
      if (struct === undefined) {
        path.pop();
      } else if (missing !== undefined && !path.includes(missing)) {
        path.push(missing);
      } else {
        ordered.push(struct);
        queue.next++;
        // The missing struct may be there now, so check the queue below again.
        if (path.length > 1) path.pop();
      }
    }
  }
  return ordered;
}

interface Queue {
  readonly structs: Struct[];
  next: number;
}

/** The queue of the client whose structs must come first. */
function queueOfMissing(struct: Struct, queues: ReadonlyMap<number, Queue>): Queue | undefined {
  if (!(struct instanceof Y.Item)) return undefined;
  for (const reference of [struct.origin, struct.rightOrigin, struct.parent]) {
    if (!(reference instanceof Y.ID) || reference.client === struct.id.client) continue;
    const queue = queues.get(reference.client);
    const next = queue?.structs[queue.next];
    if (next !== undefined && next.id.clock <= reference.clock) return queue;
  }
  return undefined;
}

/** Encodes an update of these structs; the structs of each client keep their order. */
function encodePart(structs: readonly Struct[], ds: Decoded['ds'] | undefined): Uint8Array {
  const encoder = new Y.UpdateEncoderV1();
  const clients = new Map<number, Struct[]>();
  for (const struct of structs) {
    const list = clients.get(struct.id.client);
    if (list === undefined) clients.set(struct.id.client, [struct]);
    else list.push(struct);
  }
  encoding.writeVarUint(encoder.restEncoder, clients.size);
  for (const [client, list] of clients) {
    encoding.writeVarUint(encoder.restEncoder, list.length);
    encoder.writeClient(client);
    encoding.writeVarUint(encoder.restEncoder, (list[0] as Struct).id.clock);
    for (const struct of list) struct.write(encoder, 0);
  }
  encoding.writeVarUint(encoder.restEncoder, ds?.clients.size ?? 0);
  for (const [client, deletions] of ds?.clients ?? []) {
    encoder.resetDsCurVal();
    encoding.writeVarUint(encoder.restEncoder, client);
    encoding.writeVarUint(encoder.restEncoder, deletions.length);
    for (const { clock, len } of deletions) {
      encoder.writeDsClock(clock);
      encoder.writeDsLen(len);
    }
  }
  return encoder.toUint8Array();
}
