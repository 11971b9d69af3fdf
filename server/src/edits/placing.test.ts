import { DEFAULT_POSE, orderBetween } from '@diorama/shared';
import { expect, it } from 'vitest';
import { DraftTree } from './draft-tree.js';
import { findPlace, type Place } from './placing.js';

const node = (order: string): object => ({ kind: 'group', pose: { ...DEFAULT_POSE, order } });

const treeOf = (orders: Readonly<Record<string, string>>): DraftTree =>
  new DraftTree(Object.entries(orders).map(([id, order]) => [id, node(order)] as const));

const ids = (tree: DraftTree): string[] => tree.childrenOf(null).map(({ id }) => id);

/** Puts a node there; returns how many siblings had to move. */
function put(tree: DraftTree, id: string, place: Place): number {
  const found = findPlace(tree, id, null, place);
  if ('part' in found) throw new Error(found.message);
  for (const [sibling, order] of found.moved) tree.set(sibling, { ...DEFAULT_POSE, order });
  tree.set(id, { ...DEFAULT_POSE, order: found.order });
  return found.moved.size;
}

it('OPN-24: however often nodes are put into one place, keys stay short and few siblings move', () => {
  const tree = treeOf({
    first: orderBetween(null, null),
    last: orderBetween(orderBetween(null, null), null),
  });
  const wanted = ['first', 'last'];
  let moved = 0;
  for (let i = 0; i < 3_000; i++) {
    moved += put(tree, `n${i}`, { before: 'last' });
    wanted.splice(-1, 0, `n${i}`);
  }
  expect(ids(tree)).toEqual(wanted);
  expect(Math.max(...tree.childrenOf(null).map(({ order }) => order.length))).toBeLessThanOrEqual(64);
  expect(moved).toBeLessThan(30_000);
});

it('OPN-4: equal, malformed and very long keys of siblings make room as well', () => {
  for (const odd of ['a0', '', '~', '0', 'z'.repeat(256), 'a0'.padEnd(256, 'V')]) {
    const siblings = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`s${i}`, odd]));
    for (let index = 0; index <= 9; index++) {
      const tree = treeOf(siblings);
      const wanted = ids(tree);
      put(tree, 'new', { index });
      wanted.splice(index, 0, 'new');
      expect(ids(tree), `${odd.slice(0, 4)} ${index}`).toEqual(wanted);
    }
  }
});

it('OPN-4: a node that is among its siblings already counts for nothing in its new place', () => {
  const tree = treeOf({ a: 'a0', b: 'a1', c: 'a2', d: 'a3' });
  put(tree, 'a', { index: 2 });
  expect(ids(tree)).toEqual(['b', 'c', 'a', 'd']);
  put(tree, 'd', { before: 'b' });
  put(tree, 'b', { after: 'a' });
  expect(ids(tree)).toEqual(['d', 'c', 'a', 'b']);
  expect(findPlace(tree, 'a', null, { after: 'a' })).toMatchObject({ part: 'after' });
});
