import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { seededRandom, type Random } from '../../../test/support/random.js';
import { applyUpdate, applyWithContents, decodeWithContents } from './update-decoder.js';

const STRINGS = [
  '',
  'pose',
  'translation',
  'ä\u{1F600}',
  '\uFEFFmarked',
  '__proto__',
  'x'.repeat(40),
  'y'.repeat(300),
];

function value(random: Random, depth = 0): unknown {
  switch (random.int(depth > 3 ? 6 : 10)) {
    case 0:
      return random.int(2 ** 31) - 2 ** 30;
    case 1:
      return random.next() * 1e6 - 5e5;
    case 2:
      return STRINGS[random.int(STRINGS.length)];
    case 3:
      return [null, undefined, true, false][random.int(4)];
    case 4:
      return [NaN, Infinity, -0, 2 ** 60, 0.5, -(2 ** 40)][random.int(6)];
    case 5:
      return new Uint8Array([1, 2, random.int(256)]);
    case 6:
    case 7:
      return Array.from({ length: random.int(5) }, () => value(random, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: random.int(5) }, () => [
          STRINGS[1 + random.int(3)] as string,
          value(random, depth + 1),
        ]),
      );
  }
}

/** The updates of a document that is edited at random. */
function updatesOf(random: Random): Uint8Array[] {
  const doc = new Y.Doc();
  doc.clientID = 1 + random.int(1_000_000);
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  const nodes = doc.getMap<Y.Map<unknown>>('nodes');
  for (let edit = 0; edit < 60; edit++)
    doc.transact(() => {
      const id = `n${random.int(8)}`;
      if (random.int(10) === 0) nodes.delete(id);
      else if (!nodes.has(id)) nodes.set(id, new Y.Map());
      nodes.get(id)?.set(STRINGS[1 + random.int(3)] as string, value(random));
      if (random.int(5) === 0) doc.getText('text').insert(0, STRINGS[random.int(4)] as string);
      if (random.int(5) === 0) doc.getArray('list').push([[value(random)], [value(random)]]);
    });
  return updates;
}

/** The content of Yjs structs, without the types, which are in no document yet. */
function plain({ structs, ds }: ReturnType<typeof Y.decodeUpdate>): unknown {
  const contentOf = (struct: (typeof structs)[number]): unknown =>
    struct instanceof Y.Item && !(struct.content instanceof Y.ContentType) ? struct.content : undefined;
  return {
    ds,
    structs: structs.map((struct) => [struct.constructor, struct.id, struct.length, contentOf(struct)]),
  };
}

describe('decoding an update once, to check it and to apply it', () => {
  it('SYNC-36: gives the document that Yjs gives', () => {
    for (let seed = 0; seed < 30; seed++) {
      const [ours, quick, theirs] = [new Y.Doc(), new Y.Doc(), new Y.Doc()];
      for (const update of updatesOf(seededRandom(seed))) {
        const decoded = decodeWithContents(update);
        expect(plain(decoded)).toEqual(plain(Y.decodeUpdate(update)));
        applyWithContents(ours, update, decoded.contents);
        applyUpdate(quick, update);
        Y.applyUpdate(theirs, update);
      }
      for (const doc of [ours, quick]) {
        expect(Y.encodeStateAsUpdate(doc)).toEqual(Y.encodeStateAsUpdate(theirs));
        expect(doc.getMap('nodes').toJSON()).toEqual(theirs.getMap('nodes').toJSON());
      }
    }
  });

  it('SYNC-36: takes no broken update that Yjs would not take', () => {
    let [taken, refused] = [0, 0];
    for (let seed = 0; seed < 30; seed++) {
      const random = seededRandom(seed);
      for (const whole of updatesOf(random)) {
        const broken = random.int(2) === 0 ? whole.slice(0, random.int(whole.length)) : whole.slice();
        if (broken.length > 0) broken[random.int(broken.length)] = random.int(256);
        const decode = (): unknown => plain(decodeWithContents(broken));
        let expected: unknown;
        try {
          expected = plain(Y.decodeUpdate(broken));
        } catch {
          expect(decode).toThrow();
          refused++;
          continue;
        }
        expect(decode()).toEqual(expected);
        taken++;
      }
    }
    expect(Math.min(taken, refused)).toBeGreaterThan(100);
  });

  it('SYNC-40: keeps nothing of an update that it has taken apart', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const decode = (): WeakRef<Uint8Array> => {
      const doc = new Y.Doc();
      doc.getMap('nodes').set('name', 'x'.repeat(1_000_000));
      const update = Y.encodeStateAsUpdate(doc);
      expect(decodeWithContents(update).contents.values).toHaveLength(1);
      return new WeakRef(update);
    };
    const update = decode();
    // The target of a WeakRef lives until the turn ends.
    await turn();
    collect();
    expect(update.deref()).toBeUndefined();
  });
});
