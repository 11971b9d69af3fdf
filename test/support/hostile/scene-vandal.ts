import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import type { Random } from '../random.js';

type Vandalism = (doc: Y.Doc, random: Random) => void;

const ROOTS = ['nodes', 'nodes', 'nodes', 'materials', 'animations', 'comments', 'scene'];

function mapOf(doc: Y.Doc, random: Random): Y.Map<unknown> {
  const root = doc.getMap<unknown>(random.pick(ROOTS));
  const keys = [...root.keys()];
  const item = keys.length === 0 ? undefined : root.get(random.pick(keys));
  return item instanceof Y.Map ? (item as Y.Map<unknown>) : root;
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let at = 0; at < depth; at++) value = at % 2 === 0 ? [value] : { a: value };
  return value;
}

const VALUES: readonly unknown[] = [
  NaN,
  Infinity,
  -0,
  'nowhere',
  '',
  null,
  true,
  [],
  {},
  { parent: 'n', order: 7, translation: [NaN, 0, 0] },
  { parent: null, order: 'a', translation: [1e308, 1e308, 1e308], rotation: [0, 0, 0, 0], scale: [0, 0, 0] },
  new Uint8Array(100),
];
const KEYS = [
  'kind',
  'pose',
  'name',
  'tags',
  'geometry',
  'light',
  'extras',
  'toString',
  '__proto__',
  'asset',
];

/** What Yjs itself writes and a scene must not hold. */
const VANDALISMS: Record<string, Vandalism> = {
  'a value that breaks the schema': (doc, random) =>
    void mapOf(doc, random).set(random.pick(KEYS), random.pick(VALUES)),
  'an item that is none': (doc, random) =>
    void doc.getMap(random.pick(ROOTS)).set(`v${random.int(20)}`, random.pick(VALUES)),
  'an unknown kind': (doc, random) =>
    void doc.getMap('nodes').set(`v${random.int(20)}`, new Y.Map([['kind', `k${random.int(9)}`]])),
  'a foreign root': (doc, random) => {
    switch (random.int(4)) {
      case 0:
        doc.getMap(random.pick(['secret', '__proto__', 'x'.repeat(5_000)])).set('a', 1);
        return;
      case 1:
        doc.getArray('constructor').push([1, 2, 3]);
        return;
      case 2:
        doc.getText('toString').insert(0, 'hidden');
        return;
      default:
        doc.getXmlFragment('').insert(0, [new Y.XmlElement('script')]);
    }
  },
  'a type where none may be': (doc, random) =>
    void mapOf(doc, random).set(
      random.pick(KEYS),
      random.pick([
        () => new Y.Text('text'),
        () => Y.Array.from([1, 2]),
        () => new Y.XmlElement('p'),
        () => new Y.Doc(),
      ])(),
    ),
  'types nested too deep': (doc, random) => {
    let inner = new Y.Map<unknown>();
    const outer = inner;
    for (let depth = 0; depth < 20 + random.int(200); depth++) {
      const next = new Y.Map<unknown>();
      inner.set('a', next);
      inner = next;
    }
    mapOf(doc, random).set('deep', outer);
  },
  'JSON nested too deep': (doc, random) =>
    void mapOf(doc, random).set(random.pick(['extras', 'unknown']), nested(100 + random.int(900))),
  'very many children': (doc, random) => {
    const node = new Y.Map<unknown>([['kind', 'group']]);
    node.set('tags', Y.Array.from(Array.from({ length: 20_000 }, (_, at) => `t${at}`)));
    doc.getMap('nodes').set(`many${random.int(5)}`, node);
  },
  'very many keys': (doc, random) =>
    doc.transact(() => {
      const item = mapOf(doc, random);
      for (let at = 0; at < 2_000; at++) item.set(`key${at}`, at);
    }),
  'deletes of anything': (doc, random) => {
    const item = mapOf(doc, random);
    for (const key of item.keys()) if (random.int(3) === 0) item.delete(key);
  },
};

/** These make a scene large, after which all is slow that reads it as a whole. */
const RARE = ['very many children', 'very many keys'];
const RARE_IN = 20;

/** A replica of a scene in which somebody breaks what can be broken, one update at a time. */
export class SceneVandal {
  readonly #random: Random;
  readonly #names = Object.keys(VANDALISMS);
  #doc = new Y.Doc();

  constructor(random: Random) {
    this.#random = random;
  }

  get clientId(): number {
    return this.#doc.clientID;
  }

  /** Goes on from what `truth` holds: what was written here before and did not get through is forgotten. */
  restart(truth: Y.Doc): void {
    this.#doc.destroy();
    this.#doc = new Y.Doc();
    this.#doc.clientID = this.#random.int(2 ** 31);
    Y.applyUpdate(this.#doc, Y.encodeStateAsUpdate(truth));
  }

  /** One more update, and what is wrong with it. It depends on those before it. */
  next(clientId?: number): { sort: string; update: Uint8Array } {
    const doc = this.#doc;
    const own = doc.clientID;
    if (clientId !== undefined) doc.clientID = clientId;
    let sort = this.#random.pick(this.#names);
    while (RARE.includes(sort) && this.#random.int(RARE_IN) > 0) sort = this.#random.pick(this.#names);
    const updates: Uint8Array[] = [];
    const collect = (update: Uint8Array): void => void updates.push(update);
    doc.on('update', collect);
    VANDALISMS[sort]?.(doc, this.#random);
    doc.off('update', collect);
    doc.clientID = own;
    return { sort, update: updates.length === 1 ? (updates[0] as Uint8Array) : Y.mergeUpdates(updates) };
  }

  /** An update with a string of so many bytes. */
  long(bytes: number): Uint8Array {
    const doc = new Y.Doc();
    doc.clientID = this.#random.int(2 ** 31);
    doc.getMap('nodes').set(
      'long',
      new Y.Map([
        ['kind', 'group'],
        ['name', 'x'.repeat(bytes)],
      ]),
    );
    return Y.encodeStateAsUpdate(doc);
  }
}

/** An update that holds one value so deep that who reads it by recursion runs out of stack. */
export function bottomless(random: Random): Uint8Array {
  const encoder = encoding.createEncoder();
  for (const number of [1, 1, random.int(2 ** 31), 0]) encoding.writeVarUint(encoder, number);
  encoding.writeUint8(encoder, 8 | 0x20);
  encoding.writeVarUint(encoder, 1);
  encoding.writeVarString(encoder, 'nodes');
  encoding.writeVarString(encoder, 'deep');
  encoding.writeVarUint(encoder, 1);
  const depth = random.pick([2_000, 10_000, 100_000, 500_000]);
  // lib0's arrays: 117, the length, the items.
  for (let at = 0; at < depth; at++) encoding.writeUint8Array(encoder, Uint8Array.of(117, 1));
  encoding.writeAny(encoder, null);
  encoding.writeVarUint(encoder, 0);
  return encoding.toUint8Array(encoder);
}
