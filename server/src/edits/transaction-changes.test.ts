import { ROOT_MAPS, type DocumentChange } from '@diorama/shared';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { seededRandom } from '../../../test/support/random.js';
import { applyChanges } from './apply-changes.js';
import { changesOfTransaction } from './transaction-changes.js';

const jsonOf = (doc: Y.Doc) => Object.fromEntries(ROOT_MAPS.map((root) => [root, doc.getMap(root).toJSON()]));

/** Runs `change` in one transaction and says what it did. */
function captured(doc: Y.Doc, change: () => void): DocumentChange[] {
  let changes: DocumentChange[] = [];
  doc.once('afterTransaction', (transaction: Y.Transaction) => {
    changes = changesOfTransaction(doc, transaction);
  });
  doc.transact(change);
  return changes;
}

/** Changes as they are stored and read again. */
const stored = (changes: readonly DocumentChange[]) =>
  JSON.parse(JSON.stringify(changes)) as DocumentChange[];

const reversed = (changes: readonly DocumentChange[]): DocumentChange[] =>
  changes.map(({ before, after, ...rest }) => ({
    ...rest,
    ...(after !== undefined && { before: after }),
    ...(before !== undefined && { after: before }),
  }));

/** Anything that some client may do to a document, nested types included. */
function scribble(doc: Y.Doc, random: () => number): void {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const value = (): unknown =>
    pick([
      1,
      'text',
      null,
      true,
      [1, { deep: 2 }],
      { x: [0] },
      Y.Array.from(['p', 'q']),
      new Y.Map([['k', 1]]),
    ]);
  const root = doc.getMap<unknown>(pick(ROOT_MAPS));
  const id = pick(['a', 'b', 'c']);
  const item = root.get(id);
  const roll = random();
  if (root === doc.getMap('scene')) {
    if (roll < 0.3) root.delete(id);
    else root.set(id, value());
  } else if (!(item instanceof Y.Map))
    root.set(id, new Y.Map([['kind', 'group'], ['v', value()]])); // prettier-ignore
  else if (roll < 0.15) root.delete(id);
  else if (roll < 0.25) root.set(id, new Y.Map([['kind', 'light']]));
  else if (roll < 0.35) item.delete('v');
  else {
    const nested: unknown = item.get('v');
    if (nested instanceof Y.Array && roll < 0.6) {
      if (nested.length > 0 && random() < 0.5) nested.delete(Math.floor(random() * nested.length));
      else nested.insert(Math.floor(random() * (nested.length + 1)), [random()]);
    } else if (nested instanceof Y.Map && roll < 0.6) nested.set(id, random());
    else item.set(pick(['v', 'name']), value());
  }
}

describe('what a transaction changed', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'OPN-19: leads from before to after and back, whatever was done (seed %i)',
    (seed) => {
      const seeded = seededRandom(seed);
      const random = (): number => seeded.next();
      const doc = new Y.Doc();
      for (let step = 0; step < 30; step++) {
        const before = jsonOf(doc);
        const copy = new Y.Doc();
        Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
        const changes = stored(
          captured(doc, () => {
            for (let count = 1 + Math.floor(random() * 6); count > 0; count--) scribble(doc, random);
          }),
        );
        const after = jsonOf(doc);
        copy.transact(() => applyChanges(copy, changes));
        expect(jsonOf(copy)).toEqual(after);
        copy.transact(() => applyChanges(copy, reversed(changes)));
        expect(jsonOf(copy)).toEqual(before);
      }
    },
  );

  it('OPN-19: names what was changed and nothing else', () => {
    const doc = new Y.Doc();
    const nodes = doc.getMap<unknown>('nodes');
    for (let i = 0; i < 100; i++) nodes.set(`n${i}`, new Y.Map<unknown>([['kind', 'group'], ['name', 'x']])); // prettier-ignore
    const changes = captured(doc, () => {
      (nodes.get('n1') as Y.Map<unknown>).set('name', 'y');
      (nodes.get('n2') as Y.Map<unknown>).set('name', 'x');
      nodes.delete('n3');
      nodes.set('passing', new Y.Map());
      nodes.delete('passing');
    });
    expect(changes).toEqual([
      { root: 'nodes', id: 'n1', key: 'name', before: 'x', after: 'y' },
      { root: 'nodes', id: 'n3', key: null, before: { kind: 'group', name: 'x' } },
    ]);
  });
});
