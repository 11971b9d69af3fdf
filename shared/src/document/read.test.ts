import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { documentToJson } from './json.js';
import { readNode } from './read.js';
import { SceneDoc } from './scene-doc.js';

/** A node's map as some foreign client may have left it. */
function stored(keys: Record<string, unknown>): Y.Map<unknown> {
  const doc = new Y.Doc();
  doc.getMap('nodes').set('n', new Y.Map(Object.entries(keys)));
  return doc.getMap('nodes').get('n') as Y.Map<unknown>;
}

describe('reading what other clients wrote', () => {
  it('DOC-6: a value that breaks the schema reads as its default, the keys beside it as they are', () => {
    const node = readNode(
      stored({
        kind: 'model',
        name: 'chair',
        pose: {
          parent: null,
          order: 'a0',
          translation: [Number.NaN, 0, 0],
          rotation: [0, 0, 0, 1],
          scale: [1, 1, 1],
        },
        visible: 'yes',
        tags: ['kept'],
      }),
    );
    expect(node).toMatchObject({
      name: 'chair',
      visible: true,
      tags: ['kept'],
      pose: { translation: [0, 0, 0] },
    });
  });

  it('DOC-6: a node with only a kind is whole', () => {
    expect(readNode(stored({ kind: 'light' }))).toMatchObject({
      kind: 'light',
      light: { type: 'directional' },
      pose: { parent: null, translation: [0, 0, 0], rotation: [0, 0, 0, 1], scale: [1, 1, 1] },
      visible: true,
    });
  });

  it('DOC-7: a node of an unknown kind is not read, stays in the document, and hides nothing else', () => {
    const scene = new SceneDoc();
    scene.nodesMap.set('future', new Y.Map(Object.entries({ kind: 'splat', name: 'x' })));
    scene.nodesMap.set('junk', 42);
    scene.nodesMap.set('bytes', new Uint8Array([1, 2, 3]));
    scene.nodesMap.set('list', ['kind']);
    scene.nodesMap.set(
      'child',
      new Y.Map<unknown>([
        ['kind', 'group'],
        ['pose', { parent: 'future' }],
      ]),
    );
    scene.materialsMap.set('bytes', new Uint8Array([1, 2, 3]));
    expect(Object.keys(documentToJson(scene.doc).nodes)).toEqual(['child']);
    expect(documentToJson(scene.doc).materials).toEqual({});
    expect(scene.tree().roots).toEqual(['child']);
    expect(scene.nodesMap.has('future')).toBe(true);
  });

  it('DOC-8: plain objects instead of Y.Maps, and Y types inside values, read the same', () => {
    const keys = { kind: 'group', name: 'n', tags: ['a', 'b'], extras: { depth: { x: 1 } } };
    const nested = stored({ kind: 'group', name: new Y.Text('n'), tags: Y.Array.from(['a', 'b']) });
    nested.set('extras', new Y.Map<unknown>([['depth', new Y.Map([['x', 1]])]]));
    expect(readNode(nested)).toEqual(readNode(stored(keys)));
    expect(readNode(keys)).toEqual(readNode(stored(keys)));
  });

  it('DOC-9: keys that this version does not know are kept', () => {
    expect(readNode(stored({ kind: 'group', layer: { id: 7 } }))).toMatchObject({ layer: { id: 7 } });
  });

  it('DOC-6: a key named __proto__ changes nothing but itself', () => {
    const node = readNode(stored({ kind: 'group', name: 'n', ['__proto__']: { visible: 'x', tags: 1 } }));
    expect(node).toMatchObject({ name: 'n', visible: true, tags: [] });
    expect(Object.getPrototypeOf(node)).toBe(Object.prototype);
  });

  it('DOC-7: an id that the schema does not take is left out, so that what is read can be written back', () => {
    const scene = new SceneDoc();
    scene.nodesMap.set('', new Y.Map([['kind', 'group']]));
    scene.nodesMap.set('x'.repeat(129), new Y.Map([['kind', 'group']]));
    scene.nodesMap.set('ok', new Y.Map([['kind', 'group']]));
    expect(Object.keys(documentToJson(scene.doc).nodes)).toEqual(['ok']);
    expect([...scene.nodes().keys()]).toEqual(['ok']);
  });
});
