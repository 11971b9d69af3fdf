import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { newKey } from '../ids.js';
import { SceneDoc } from './scene-doc.js';
import { isWithin, subtreeOf } from './tree.js';

/** Seeded, so that a failure can be repeated. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
}

/** What a SceneDoc that remembers nothing says. */
const fresh = (scene: SceneDoc): SceneDoc => new SceneDoc(scene.doc);

const plainNode = (parent: string | null, order: string): Y.Map<unknown> =>
  new Y.Map<unknown>([
    ['kind', 'group'],
    ['pose', { parent, order }],
  ]);

describe('what is remembered of the tree', () => {
  it('DOC-16: a node is last whoever wrote in between, in one transaction or many', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const roll = dice(seed);
      const scene = new SceneDoc();
      const remote = new Y.Doc();
      const ids = [scene.addNode({ kind: 'group' })];
      const any = (): string => ids[roll(ids.length)] as string;
      const step = (): void => {
        const id = any();
        switch (roll(9)) {
          case 0:
            if (scene.node(id)) scene.setNode(id, { name: newKey() });
            return;
          case 1:
            if (scene.node(id)) scene.removeNode(id);
            return;
          case 2: {
            const parent = any();
            if (scene.node(id) && scene.node(parent) && !isWithin(scene.tree(), parent, id))
              scene.setPose(id, { parent, order: scene.orderAtEnd(parent) });
            return;
          }
          case 3: // Somebody else, on this replica.
            scene.nodesMap.set(id, plainNode(roll(2) === 0 ? null : 'gone', `z${roll(9)}`));
            return;
          case 4:
            scene.nodesMap.delete(id);
            return;
          case 5: // Somebody else, on another one: never in the middle of a transaction.
            if (scene.doc._transaction !== null) return;
            Y.applyUpdate(remote, Y.encodeStateAsUpdate(scene.doc));
            remote.getMap('nodes').set(newKey(), plainNode(any(), `y${roll(9)}`));
            Y.applyUpdate(scene.doc, Y.encodeStateAsUpdate(remote, Y.encodeStateVector(scene.doc)));
            return;
          default: {
            const wanted = roll(2) === 0 ? null : any();
            const parent = wanted !== null && scene.node(wanted) ? wanted : null;
            const added = scene.addNode({ kind: 'group', pose: { parent } });
            ids.push(added);
            const tree = fresh(scene).tree();
            expect(tree.childrenOf(tree.parentOf(added)).at(-1), `seed ${seed}`).toBe(added);
          }
        }
      };
      for (let round = 0; round < 40; round++) {
        if (roll(2) === 0) step();
        else scene.doc.transact(() => Array.from({ length: 5 }, step));
        const parent = any();
        expect(scene.orderAtEnd(parent) >= fresh(scene).orderAtEnd(parent), `seed ${seed}`).toBe(true);
      }
    }
  });

  it('DOC-19: what is below a node is removed with it, and nothing else', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const roll = dice(seed);
      const scene = new SceneDoc();
      const ids = Array.from({ length: 30 }, (_, i) => `n${i}`);
      // Any parent will do: cycles, orphans and parents that come later are part of it.
      scene.doc.transact(() => {
        for (const id of ids) {
          const parent = roll(5) === 0 ? null : `n${roll(34)}`;
          if (roll(2) === 0) scene.addNode({ kind: 'group', pose: { parent } }, id);
          else scene.nodesMap.set(id, plainNode(parent, 'a0'));
        }
      });
      for (const id of ids.filter(() => roll(4) === 0)) {
        const doomed = new Set(subtreeOf(fresh(scene).tree(), id));
        const kept = [...scene.nodesMap.keys()].filter((each) => !doomed.has(each));
        scene.removeNode(id);
        expect([...scene.nodesMap.keys()], `seed ${seed}, ${id}`).toEqual(kept);
      }
    }
  });

  it('DOC-23: a node that is added, re-parented or removed costs as much among thousands as among a few', () => {
    const scene = new SceneDoc();
    let reads = 0;
    const { nodesMap } = scene;
    const entries = nodesMap[Symbol.iterator].bind(nodesMap);
    nodesMap[Symbol.iterator] = () => {
      reads++;
      return entries();
    };
    const ids = scene.doc.transact(() =>
      Array.from({ length: 200 }, (_, i) => {
        const id = scene.addNode({ kind: 'group' });
        scene.setNode(id, { name: `n${i}` });
        return id;
      }),
    );
    for (const id of ids) scene.setPose(id, { translation: [1, 2, 3] });
    const more = ids.map((parent) => scene.addNode({ kind: 'group', pose: { parent } }));
    for (const [i, id] of more.entries()) scene.setPose(id, { parent: ids[(i * 7) % 200] });
    for (const id of ids) scene.removeNode(id);
    expect(nodesMap.size).toBe(0);
    expect(reads).toBe(1);
  });

  it('DOC-23: nothing is left in a document at which somebody has looked once', () => {
    const doc = new Y.Doc();
    const listeners = (): number => doc._observers.get('afterTransaction')?.size ?? 0;
    for (let i = 0; i < 100; i++) new SceneDoc(doc).addNode({ kind: 'group' });
    expect(listeners()).toBeLessThanOrEqual(1);
  });
});
