import { DEFAULT_POSE, resolveTree, type Pose } from '@diorama/shared';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { seededRandom, type Random } from '../../../test/support/random.js';
import { DraftTree } from './draft-tree.js';
import { Draft } from './draft.js';
import { parseOperation } from './operations/parse-operations.js';
import { runOperations } from './operations/run-operations.js';
import { compose, IDENTITY, multiply, type Matrix } from './transform.js';

const IDS = Array.from({ length: 12 }, (_, i) => `n${String.fromCharCode(97 + ((i * 5) % 12))}`);

function randomPose(random: Random): Pose {
  const parent = random.int(4) === 0 ? null : random.pick([...IDS, 'nobody']);
  const order = random.pick(['a0', 'a1', 'a2']);
  const translation: Pose['translation'] = [random.int(5), random.int(5), random.int(5)];
  return { ...DEFAULT_POSE, parent, order, translation, scale: [1, 1 + random.int(2), 1] };
}

function expectResolved(tree: DraftTree, poses: ReadonlyMap<string, Pose>): void {
  const wanted = resolveTree(poses);
  const world = (id: string | null): Matrix => {
    const pose = id === null ? undefined : poses.get(id);
    return id === null || pose === undefined ? IDENTITY : multiply(world(wanted.parentOf(id)), compose(pose));
  };
  expect(tree.childrenOf(null).map(({ id }) => id)).toEqual(wanted.roots);
  for (const id of IDS) {
    expect(tree.has(id)).toBe(poses.has(id));
    expect(tree.parentOf(id)).toBe(wanted.parentOf(id));
    expect(tree.childrenOf(id).map((child) => child.id)).toEqual(wanted.childrenOf(id));
    expect(tree.worldOf(id).map((value) => value + 0)).toEqual(world(id).map((value) => value + 0));
    const above = new Set<string | null>([id]);
    for (let at = wanted.parentOf(id); at !== null; at = wanted.parentOf(at)) above.add(at);
    if (poses.has(id))
      for (const other of IDS) if (poses.has(other)) expect(tree.isWithin(id, other)).toBe(above.has(other));
  }
}

describe('the tree of a draft', () => {
  it('OPN-25: is what all replicas resolve after every step, with orphans, circles and deep moves', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = seededRandom(seed);
      const poses = new Map<string, Pose>();
      for (const id of IDS) if (random.int(2) === 0) poses.set(id, randomPose(random));
      const tree = new DraftTree([...poses].map(([id, pose]) => [id, { kind: 'group', pose }]));
      expectResolved(tree, poses);
      for (let step = 0; step < 40; step++) {
        const id = random.pick(IDS);
        if (random.int(4) === 0) {
          poses.delete(id);
          tree.remove(id);
        } else {
          const pose = {
            ...randomPose(random),
            ...(random.int(3) === 0 && { parent: poses.get(id)?.parent ?? null }),
          };
          poses.set(id, pose);
          tree.set(id, pose);
        }
        expectResolved(tree, poses);
      }
    }
  });
});

/** Runs operations on a scene that holds `nodes`: a chain by default. */
function run(poses: ReadonlyMap<string, Partial<Pose>>, operations: readonly object[]): Draft {
  const doc = new Y.Doc();
  doc.transact(() => {
    for (const [id, pose] of poses) {
      const entries: [string, unknown][] = [
        ['kind', 'group'],
        ['pose', pose],
      ];
      doc.getMap('nodes').set(id, new Y.Map(entries));
    }
  });
  const draft = new Draft(doc);
  let ids = 0;
  const author = { subject: 'ada', name: 'Ada', tenant: 't', role: 'editor' as const };
  const newId = (): string => `new${++ids}`;
  runOperations(
    { draft, newId, author, mayEdit: true, now: new Date(0).toISOString() },
    operations.map(parseOperation),
  );
  return draft;
}

const chain = (length: number): Map<string, Partial<Pose>> =>
  new Map(
    Array.from({ length }, (_, i) => [
      `n${i}`,
      { parent: i === 0 ? null : `n${i - 1}`, translation: [1, 0, 0] } as const,
    ]),
  );

// These ran for minutes when each operation walked to the root.
describe('operations in a deep scene', () => {
  const DEPTH = 10_000;
  const last = `n${DEPTH - 1}`;

  it('OPN-25: ten thousand nodes keep their place in the world, also while what is above them moves', () => {
    const operations = Array.from({ length: 10_000 }, (_, i) =>
      i % 2 === 0
        ? { op: 'move', id: 'n0', translation: [i, 0, 0] }
        : {
            op: 'reparent',
            id: last,
            parent: i % 4 === 1 ? `n${DEPTH - 3}` : `n${DEPTH - 2}`,
            keep_world: true,
          },
    );
    const draft = run(chain(DEPTH), operations);
    expect(draft.pose(last)?.translation[0]).toBeCloseTo(1, 6);
    expect(draft.pose(last)?.parent).toBe(`n${DEPTH - 2}`);
  });

  it('OPN-25: ten thousand nodes are hung below each other, and lifted out again', () => {
    const flat = new Map(Array.from({ length: DEPTH }, (_, i) => [`n${i}`, {}]));
    const hung = Array.from({ length: DEPTH - 1 }, (_, i) => ({
      op: 'reparent',
      id: `n${i + 1}`,
      parent: `n${i}`,
    }));
    expect(run(flat, hung).tree.isWithin(last, 'n0')).toBe(true);
    const lifted = Array.from({ length: DEPTH - 1 }, (_, i) => ({
      op: 'delete',
      id: `n${DEPTH - 2 - i}`,
      children: 'lift',
      keep_world: true,
    }));
    const draft = run(chain(DEPTH), lifted);
    expect(draft.pose(last)?.translation[0]).toBeCloseTo(DEPTH, 6);
  });

  it('OPN-15: a batch that would write the same nodes again and again is refused where it gets too much', () => {
    const poses = chain(400);
    for (let i = 0; i < 1_000; i++) poses.set(`c${i}`, { parent: 'n399' });
    const lifted = Array.from({ length: 399 }, (_, i) => ({
      op: 'delete',
      id: `n${399 - i}`,
      children: 'lift',
    }));
    expect(run(poses, lifted.slice(0, 200)).tree.childrenOf('n199')).toHaveLength(1_000);
    const issues = [{ pointer: '/operations/299', code: 'over_budget' }];
    expect(() => run(poses, lifted)).toThrow(
      expect.objectContaining({ issues: [expect.objectContaining(issues[0])] }),
    );
  });

  it('OPN-25: ten thousand orphans get their parents, and ten thousand circles end', () => {
    const half = DEPTH / 2;
    const orphans = new Map(Array.from({ length: half }, (_, i) => [`n${i}`, { parent: `p${i}` }]));
    const added = Array.from({ length: half }, (_, i) => ({
      op: 'add',
      id: `p${i}`,
      node: { kind: 'group' },
    }));
    expect(run(orphans, added).tree.parentOf('n7')).toBe('p7');
    const circles = new Map(
      Array.from({ length: DEPTH }, (_, i) => [`n${i}`, { parent: `n${i % 2 === 0 ? i + 1 : i - 1}` }]),
    );
    const ended = Array.from({ length: half }, (_, i) => ({ op: 'reparent', id: `n${2 * i}`, parent: null }));
    expect(run(circles, ended).tree.childrenOf(null)).toHaveLength(half);
  });
});
