import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { treeEntries } from '../../test/support/arbitraries.js';
import { isWithin, resolveTree, subtreeOf, type SceneTree, type TreeEntry } from './tree.js';

/** The tree as nested pairs, to be compared as a whole. */
function shapeOf(tree: SceneTree, of: string | null = null): unknown {
  return tree.childrenOf(of).map((id) => [id, shapeOf(tree, id)]);
}

const shuffled = fc.tuple(treeEntries, fc.infiniteStream(fc.nat())).map(
  ([entries, random]) =>
    [
      entries,
      new Map(
        [...entries]
          .map((pair) => [random.next().value as number, pair] as const)
          .sort((a, b) => a[0] - b[0])
          .map(([, pair]) => pair),
      ),
    ] as const,
);

describe('the resolved tree', () => {
  it('DOC-1: does not depend on the order in which the nodes are read', () => {
    fc.assert(
      fc.property(shuffled, ([entries, others]) => {
        expect(shapeOf(resolveTree(others))).toEqual(shapeOf(resolveTree(entries)));
      }),
      { numRuns: 500 },
    );
  });

  it('DOC-2: holds every node exactly once, whatever the parent pointers say', () => {
    fc.assert(
      fc.property(treeEntries, (entries) => {
        const tree = resolveTree(entries);
        const found = tree.roots.flatMap((id) => subtreeOf(tree, id));
        expect([...found].sort()).toEqual([...entries.keys()].sort());
        for (const id of entries.keys()) {
          expect(tree.childrenOf(tree.parentOf(id))).toContain(id);
          expect(isWithin(tree, id, id)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('DOC-3: keeps every parent pointer that is neither an orphan nor the one that closes a cycle', () => {
    fc.assert(
      fc.property(treeEntries, (entries) => {
        const tree = resolveTree(entries);
        for (const [id, { parent }] of entries) {
          if (tree.parentOf(id) === parent) continue;
          expect(tree.parentOf(id)).toBeNull();
          expect(parent === null || !entries.has(parent) || isLeastOfItsCycle(entries, id)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('DOC-3: an orphan comes under the root; the least id of a cycle does, and the rest hangs below it', () => {
    const tree = resolveTree(
      new Map<string, TreeEntry>([
        ['orphan', { parent: 'gone', order: 'a9' }],
        ['c', { parent: 'b', order: 'a0' }],
        ['b', { parent: 'd', order: 'a0' }],
        ['d', { parent: 'c', order: 'a0' }],
        ['leaf', { parent: 'd', order: 'a0' }],
        ['self', { parent: 'self', order: 'a5' }],
      ]),
    );
    expect(shapeOf(tree)).toEqual([
      ['b', [['c', [['d', [['leaf', []]]]]]]],
      ['self', []],
      ['orphan', []],
    ]);
  });

  it('DOC-4: siblings are in order of their keys by code unit, equal keys by id', () => {
    const entry = (order: string): TreeEntry => ({ parent: null, order });
    const tree = resolveTree(
      new Map([
        ['z', entry('a0')],
        ['y', entry('a0')],
        ['lower', entry('a1')],
        ['upper', entry('Zz')],
      ]),
    );
    expect(tree.roots).toEqual(['upper', 'y', 'z', 'lower']);
  });

  it('DOC-2: a chain of 50,000 nodes and a parent with 150,000 children resolve without recursion', () => {
    const chain = new Map<string, TreeEntry>();
    for (let i = 0; i < 50_000; i++)
      chain.set(`n${i}`, { parent: i === 0 ? null : `n${i - 1}`, order: 'a0' });
    expect(subtreeOf(resolveTree(chain), 'n0')).toHaveLength(50_000);
    const wide = new Map<string, TreeEntry>([['top', { parent: null, order: 'a0' }]]);
    for (let i = 0; i < 150_000; i++) wide.set(`n${i}`, { parent: 'top', order: 'a0' });
    expect(subtreeOf(resolveTree(wide), 'top')).toHaveLength(150_001);
  });
});

function isLeastOfItsCycle(entries: ReadonlyMap<string, TreeEntry>, id: string): boolean {
  const cycle: string[] = [];
  let at: string | null = id;
  do {
    cycle.push(at);
    at = entries.get(at)?.parent ?? null;
  } while (at !== null && !cycle.includes(at));
  return at === id && cycle.every((other) => id <= other);
}
