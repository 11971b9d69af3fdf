import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { seededRandom } from '../../../test/support/random.js';
import { splitState } from './state-parts.js';

/** A document in which several replicas that sync now and then have built on each other's work. */
function tangled(seed: number): Y.Doc {
  const random = seededRandom(seed);
  const docs = Array.from({ length: 4 }, () => new Y.Doc());
  for (let step = 0; step < 120; step++) {
    const doc = docs[random.int(docs.length)] as Y.Doc;
    const nodes = doc.getMap<unknown>('nodes');
    const id = `n${random.int(12)}`;
    const node = nodes.get(id);
    if (random.int(9) === 0) nodes.delete(id);
    else if (node instanceof Y.Map && random.int(4) > 0) node.set(`key${random.int(4)}`, step);
    else nodes.set(id, new Y.Map<unknown>([['list', Y.Array.from([step])]]));
    const list: unknown = node instanceof Y.Map ? node.get('list') : undefined;
    if (list instanceof Y.Array) list.insert(random.int(list.length + 1), [step, step]);
    const other = docs[random.int(docs.length)] as Y.Doc;
    if (random.int(3) === 0) Y.applyUpdate(other, Y.encodeStateAsUpdate(doc, Y.encodeStateVector(other)));
  }
  const all = new Y.Doc();
  for (const doc of docs) Y.applyUpdate(all, Y.encodeStateAsUpdate(doc));
  return all;
}

describe('a state in parts', () => {
  it('LOG-15: gives the same document, and no part waits for a later one', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 60 }), (seed, size) => {
        const doc = tangled(seed);
        const parts = splitState(Y.encodeStateAsUpdate(doc), size);
        const copy = new Y.Doc();
        for (const part of parts) {
          Y.applyUpdate(copy, part);
          expect(copy.store.pendingStructs).toBeNull();
          expect(copy.store.pendingDs).toBeNull();
        }
        expect(copy.getMap('nodes').toJSON()).toEqual(doc.getMap('nodes').toJSON());
        expect(Y.encodeStateVector(copy)).toEqual(Y.encodeStateVector(doc));
      }),
      { numRuns: 200 },
    );
  });

  it('LOG-15: keeps what waits for something that never came', () => {
    const [a, b] = [new Y.Doc(), new Y.Doc()];
    a.getMap('nodes').set('x', 1);
    const first = Y.encodeStateVector(a);
    a.getMap('nodes').set('y', 2);
    Y.applyUpdate(b, Y.encodeStateAsUpdate(a, first));
    const copy = new Y.Doc();
    for (const part of splitState(Y.encodeStateAsUpdate(b))) Y.applyUpdate(copy, part);
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(a));
    expect(copy.getMap('nodes').toJSON()).toEqual({ x: 1, y: 2 });
  });
});
