import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { type DioramaError } from '../errors/diorama-error.js';
import type { SceneNodeInput } from '../scene/node.js';
import { SceneDoc } from './scene-doc.js';

const invalid = expect.objectContaining({ code: 'invalid_document' }) as Error;

describe('writing through the accessors', () => {
  it('DOC-16: a node is added last under its parent', () => {
    const scene = new SceneDoc();
    const top = scene.addNode({ kind: 'group' });
    const [first, second] = [0, 1].map(() => scene.addNode({ kind: 'group', pose: { parent: top } })) as [
      string,
      string,
    ];
    const other = scene.addNode({ kind: 'group' });
    expect(scene.tree().roots).toEqual([top, other]);
    expect(scene.tree().childrenOf(top)).toEqual([first, second]);
    scene.nodesMap.set(
      'orphan',
      new Y.Map<unknown>([
        ['kind', 'group'],
        ['pose', { parent: 'gone', order: 'z9' }],
      ]),
    );
    expect(scene.tree().roots.at(-1)).toBe('orphan');
    const last = scene.addNode({ kind: 'group' });
    expect(scene.tree().roots.at(-1)).toBe(last);
  });

  it('DOC-17: what breaks the schema throws with a pointer to it, and nothing is written', () => {
    const scene = new SceneDoc();
    const id = scene.addNode({ kind: 'light' });
    const before = Y.encodeStateVector(scene.doc);
    const attempts: (() => void)[] = [
      () => scene.setPose(id, { translation: [0, Number.NaN, 0] }),
      () => scene.setNode(id, { visible: true, light: { type: 'laser' } }),
      () => scene.setNode(id, { kind: 'group' }),
      () => scene.setNode(id, { kind: undefined }),
      () => scene.setNode('none', { name: 'x' }),
      () => scene.addNode({ kind: 'splat' } as unknown as SceneNodeInput),
      () => scene.addNode({ kind: 'group' }, ''),
      () => scene.addMaterial({ roughness: 2 }),
      () => scene.setSettings({ exposure: -1 }),
    ];
    for (const attempt of attempts) expect(attempt).toThrow(invalid);
    expect(Y.encodeStateVector(scene.doc)).toEqual(before);
    try {
      scene.setPose(id, { translation: [0, Number.NaN, 0] });
    } catch (error) {
      expect((error as DioramaError).issues).toMatchObject([{ pointer: '/pose/translation/1' }]);
    }
  });

  it('DOC-17: a node cannot be put below itself', () => {
    const scene = new SceneDoc();
    const top = scene.addNode({ kind: 'group' });
    const below = scene.addNode({ kind: 'group', pose: { parent: top } });
    expect(() => scene.setPose(top, { parent: below })).toThrow(invalid);
    expect(() => scene.setPose(top, { parent: top })).toThrow(invalid);
    scene.setPose(below, { parent: null });
    scene.setPose(top, { parent: below });
    expect(scene.tree().childrenOf(below)).toEqual([top]);
  });

  it('DOC-18: a write of what is there writes nothing', () => {
    const scene = new SceneDoc();
    const id = scene.addNode({ kind: 'group', name: 'n', tags: ['a'] });
    let updates = 0;
    scene.doc.on('update', () => updates++);
    scene.setNode(id, { name: 'n', tags: ['a'] });
    scene.setPose(id, { translation: [0, 0, 0] });
    expect(updates).toBe(0);
    scene.setNode(id, { name: 'm' });
    expect(updates).toBe(1);
  });

  it('DOC-19: removing a node removes all that is below it, in one update', () => {
    const scene = new SceneDoc();
    const top = scene.addNode({ kind: 'group' });
    const below = scene.addNode({ kind: 'group', pose: { parent: top } });
    scene.addNode({ kind: 'group', pose: { parent: below } });
    const kept = scene.addNode({ kind: 'group' });
    let updates = 0;
    scene.doc.on('update', () => updates++);
    scene.removeNode(top);
    expect([...scene.nodes().keys()]).toEqual([kept]);
    expect(updates).toBe(1);
  });

  it("DOC-20: the document keeps copies: changing the caller's object later changes nothing", () => {
    const scene = new SceneDoc();
    const light = { type: 'point' as const, intensity: 1 };
    const id = scene.addNode({ kind: 'light', light });
    light.intensity = 99;
    expect(scene.node(id)).toMatchObject({ light: { intensity: 1 } });
  });
});
