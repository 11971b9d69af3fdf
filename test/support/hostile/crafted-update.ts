import * as encoding from 'lib0/encoding';
import type { Random } from '../random.js';

const ROOTS = ['nodes', 'scene', 'materials', 'animations', 'comments', 'secret', '__proto__', ''];
const KEYS = ['a', 'pose', 'kind', 'constructor', '__proto__', ''];
const LARGE = [0, 1, 127, 128, 65_536, 2 ** 31 - 1, 2 ** 32, 2 ** 53 - 1];

/** Yjs' wire format (V1): https://github.com/yjs/yjs/blob/main/INTERNALS.md and `src/structs` */
const CONTENT = {
  gc: 0,
  deleted: 1,
  json: 2,
  binary: 3,
  string: 4,
  embed: 5,
  format: 6,
  type: 7,
  any: 8,
  doc: 9,
  skip: 10,
};
const HAS_ORIGIN = 0x80;
const HAS_RIGHT_ORIGIN = 0x40;
const HAS_PARENT_SUB = 0x20;

/** Writes an update that Yjs itself would never write: well-formed for the most part, with wild numbers, references and contents. */
export function craftedUpdate(random: Random, clientIds: readonly number[]): Uint8Array {
  const encoder = encoding.createEncoder();
  const count = (usual: number): number => (random.int(12) === 0 ? random.pick(LARGE) : random.int(usual));
  const client = (): number => (random.int(6) === 0 ? random.pick(LARGE) : random.pick(clientIds));
  const id = (): void => {
    for (const number of [client(), count(50)]) encoding.writeVarUint(encoder, number);
  };
  // What says how many follow is wrong now and then.
  const announce = (following: number): number => {
    encoding.writeVarUint(encoder, random.int(20) === 0 ? random.pick(LARGE) : following);
    return following;
  };
  const clients = announce(1 + random.int(3));
  for (let at = 0; at < clients; at++) {
    const structs = announce(1 + random.int(4));
    for (const number of [client(), count(30)]) encoding.writeVarUint(encoder, number);
    for (let struct = 0; struct < structs; struct++) writeStruct(encoder, random, { count, id });
  }
  const deletions = announce(random.int(3));
  for (let at = 0; at < deletions; at++)
    for (const number of [client(), 1, count(50), count(50)]) encoding.writeVarUint(encoder, number);
  return encoding.toUint8Array(encoder);
}

function writeStruct(
  encoder: encoding.Encoder,
  random: Random,
  { count, id }: { count: (usual: number) => number; id: () => void },
): void {
  const content = random.pick(Object.values(CONTENT));
  const flags = random.pick([0, HAS_PARENT_SUB, HAS_PARENT_SUB, HAS_ORIGIN, HAS_RIGHT_ORIGIN, 0xe0, 0xc0]);
  encoding.writeUint8(encoder, content | flags);
  if (content === CONTENT.gc || content === CONTENT.skip) {
    encoding.writeVarUint(encoder, count(10));
    return;
  }
  if (flags & HAS_ORIGIN) id();
  if (flags & HAS_RIGHT_ORIGIN) id();
  if ((flags & (HAS_ORIGIN | HAS_RIGHT_ORIGIN)) === 0) {
    if (random.int(4) === 0) {
      encoding.writeVarUint(encoder, 0);
      id();
    } else {
      encoding.writeVarUint(encoder, 1);
      encoding.writeVarString(encoder, random.pick(ROOTS));
    }
    if (flags & HAS_PARENT_SUB) encoding.writeVarString(encoder, random.pick(KEYS));
  }
  writeContent(encoder, random, content, count);
}

function writeContent(
  encoder: encoding.Encoder,
  random: Random,
  content: number,
  count: (usual: number) => number,
): void {
  switch (content) {
    case CONTENT.deleted:
      encoding.writeVarUint(encoder, count(10));
      return;
    case CONTENT.json:
      encoding.writeVarUint(encoder, 1);
      encoding.writeVarString(encoder, random.pick(['1', 'undefined', '{', '{"__proto__":{"x":1}}']));
      return;
    case CONTENT.binary:
      encoding.writeVarUint8Array(encoder, new Uint8Array(random.int(20)));
      return;
    case CONTENT.string:
      encoding.writeVarString(encoder, random.pick(['x', '', '🎈', '\ud800']));
      return;
    case CONTENT.embed:
      encoding.writeVarString(encoder, random.pick(['{}', 'null', '[', '{"a":NaN}']));
      return;
    case CONTENT.format:
      encoding.writeVarString(encoder, 'bold');
      encoding.writeVarString(encoder, random.pick(['true', 'nonsense']));
      return;
    case CONTENT.type:
      encoding.writeVarUint(encoder, count(8));
      if (random.int(2) === 0) encoding.writeVarString(encoder, 'p');
      return;
    case CONTENT.any:
      encoding.writeVarUint(encoder, 1);
      encoding.writeAny(encoder, random.pick([NaN, Infinity, 1n, null, undefined, [[]], { kind: 'group' }]));
      return;
    default:
      encoding.writeVarString(encoder, 'guid');
      encoding.writeAny(encoder, random.pick([{}, { autoLoad: true }, null]));
  }
}
