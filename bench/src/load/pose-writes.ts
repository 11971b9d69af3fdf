import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';

/** Writers' client ids: all of them take five bytes, so that they stand at the same place in every update. */
export const FIRST_WRITER = 0x4000_0000;

/** A writer's clock when its node has been made: the node's map and its two keys. */
export const FIRST_CLOCK = 3;

/** What makes x a double that a float cannot hold: every pose then has the same length. */
const FRACTION = 0.1;

const DOUBLE_TAG = 123;

const poseAt = (x: number, writer: number) => ({
  parent: null,
  order: 'a0',
  translation: [x, writer + 0.3, -2.7],
  rotation: [0.1, 0.2, 0.3, 0.9273618495495704],
  scale: [1, 1, 1],
});

/** What a pose write leaves constant, taken from an update that Yjs itself made. */
export interface PoseShape {
  /** The first byte of the item: what follows it. */
  readonly info: number;
  readonly bodyLength: number;
}

interface Template extends PoseShape {
  readonly body: Uint8Array;
  readonly xAt: number;
  readonly setup: Uint8Array;
}

/**
 * One person who moves a node of its own: the updates that Yjs would make, without a document each.
 *
 * A write's clock is its number, so that a reader knows writes apart without reading what they hold. A test holds
 * these bytes against Yjs' own.
 */
export class PoseWrites {
  readonly nodeId: string;
  readonly clientId: number;
  readonly #template: Template;
  readonly #encoder = encoding.createEncoder();
  readonly #double = new DataView(new ArrayBuffer(8));

  constructor(index: number) {
    this.clientId = FIRST_WRITER + index;
    this.nodeId = `writer-${index}`;
    this.#template = makeTemplate(this.clientId, this.nodeId, index);
  }

  get shape(): PoseShape {
    return this.#template;
  }

  /** The update that makes the node. */
  get setup(): Uint8Array {
    return this.#template.setup;
  }

  /** The node's x after write `seq`, counted from 0. */
  static xOf(seq: number): number {
    return seq + FRACTION;
  }

  /** The update of write `seq`. */
  update(seq: number): Uint8Array {
    const { body, xAt, info } = this.#template;
    const encoder = this.#encoder;
    encoder.cpos = 0;
    encoder.bufs.length = 0;
    const clock = FIRST_CLOCK + seq;
    encoding.writeUint8(encoder, 1);
    encoding.writeUint8(encoder, 1);
    encoding.writeVarUint(encoder, this.clientId);
    encoding.writeVarUint(encoder, clock);
    encoding.writeUint8(encoder, info);
    encoding.writeVarUint(encoder, this.clientId);
    encoding.writeVarUint(encoder, clock - 1);
    this.#double.setFloat64(0, PoseWrites.xOf(seq));
    for (let at = 0; at < 8; at++) body[xAt + at] = this.#double.getUint8(at);
    encoding.writeUint8Array(encoder, body);
    encoding.writeUint8(encoder, 1);
    encoding.writeVarUint(encoder, this.clientId);
    encoding.writeUint8(encoder, 1);
    encoding.writeVarUint(encoder, clock - 1);
    encoding.writeUint8(encoder, 1);
    return encoding.toUint8Array(encoder);
  }
}

/** A document in which Yjs itself writes the same poses. */
export function yjsWriter(index: number): { doc: Y.Doc; write: (seq: number) => void } {
  const doc = new Y.Doc();
  doc.clientID = FIRST_WRITER + index;
  const node = new Y.Map<unknown>();
  // One transaction: an update for each would be three.
  doc.transact(() => {
    doc.getMap('nodes').set(`writer-${index}`, node);
    node.set('kind', 'group');
    node.set('pose', poseAt(-1, index));
  });
  return { doc, write: (seq) => void node.set('pose', poseAt(PoseWrites.xOf(seq), index)) };
}

function makeTemplate(clientId: number, nodeId: string, index: number): Template {
  const { doc, write } = yjsWriter(index);
  const setup = Y.encodeStateAsUpdate(doc);
  let update: Uint8Array = new Uint8Array();
  doc.on('update', (bytes: Uint8Array) => (update = bytes));
  write(0);
  const clock = Y.getState(doc.store, clientId);
  if (clock !== FIRST_CLOCK + 1) throw new Error(`${nodeId} has clock ${clock} after its first write`);
  // 1 client, 1 item, its id (5 + 1 bytes), info, and the id of what it replaces (5 + 1); deletions at the end (9).
  const INFO_AT = 8;
  const body = update.slice(INFO_AT + 1 + 6, update.length - 9);
  const x = Buffer.alloc(9);
  x[0] = DOUBLE_TAG;
  x.writeDoubleBE(PoseWrites.xOf(0), 1);
  const xAt = Buffer.from(body).indexOf(x) + 1;
  if (xAt === 0) throw new Error('the pose is not where it was');
  return { info: update[INFO_AT] as number, body, bodyLength: body.length, xAt, setup };
}
