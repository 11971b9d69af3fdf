import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { nodeIds, sceneDocument } from '../../test/support/arbitraries.js';
import { sceneDocumentSchema, type SceneDocument } from '../scene/document.js';
import { applyDocument, documentToJson } from './json.js';
import { SceneDoc } from './scene-doc.js';

/** The updates that `change` makes, as their sizes. */
function updatesOf(doc: Y.Doc, change: () => void): number[] {
  const sizes: number[] = [];
  const count = (update: Uint8Array): void => void sizes.push(update.length);
  doc.on('update', count);
  change();
  doc.off('update', count);
  return sizes;
}

/** Every key that `change` touches, as root/item/key. */
function touchedBy(doc: Y.Doc, change: () => void): string[] {
  const touched: string[] = [];
  const roots = ['scene', 'nodes', 'materials', 'animations', 'comments'] as const;
  const observers = roots.map((root) => {
    const observer = (events: Y.YEvent<Y.AbstractType<unknown>>[]): void => {
      for (const event of events)
        for (const key of event.changes.keys.keys()) touched.push([root, ...event.path, key].join('/'));
    };
    doc.getMap(root).observeDeep(observer);
    return [root, observer] as const;
  });
  change();
  for (const [root, observer] of observers) doc.getMap(root).unobserveDeep(observer);
  return touched.sort();
}

const docOf = (content: SceneDocument): Y.Doc => {
  const doc = new Y.Doc();
  applyDocument(doc, content);
  return doc;
};
const clone = (content: SceneDocument): SceneDocument =>
  sceneDocumentSchema.parse(JSON.parse(JSON.stringify(content)));

describe('applying a document', () => {
  it('DOC-10: reaches exactly the target from any document', () => {
    fc.assert(
      fc.property(sceneDocument, sceneDocument, (from, to) => {
        const doc = docOf(from);
        applyDocument(doc, to);
        expect(documentToJson(doc)).toEqual(to);
      }),
      { numRuns: 300 },
    );
  });

  it('DOC-11: what is there already makes no update at all', () => {
    fc.assert(
      fc.property(sceneDocument, (content) => {
        const doc = docOf(content);
        expect(updatesOf(doc, () => applyDocument(doc, clone(content)))).toEqual([]);
        expect(updatesOf(doc, () => applyDocument(doc, documentToJson(doc)))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('DOC-11: changing one key of one node touches that key alone, in one small update', () => {
    const content = sceneDocumentSchema.parse({
      nodes: Object.fromEntries(
        Array.from({ length: 500 }, (_, i) => [`n${i}`, { kind: 'group', name: `node ${i}` }]),
      ),
    });
    const doc = docOf(content);
    const target = clone(content);
    (target.nodes['n250'] as { name: string }).name = 'renamed';
    let sizes: number[] = [];
    const touched = touchedBy(doc, () => {
      sizes = updatesOf(doc, () => applyDocument(doc, target));
    });
    expect(touched).toEqual(['nodes/n250/name']);
    expect(sizes).toHaveLength(1);
    expect(sizes[0]).toBeLessThan(60);
  });

  it('DOC-11: for any two documents only what differs is touched', () => {
    fc.assert(
      fc.property(sceneDocument, fc.constantFrom(...nodeIds), fc.string(), (content, id, name) => {
        const doc = docOf(content);
        const target = clone(content);
        const node = target.nodes[id];
        fc.pre(node !== undefined && node.name !== name);
        if (node) node.name = name;
        expect(touchedBy(doc, () => applyDocument(doc, target))).toEqual([`nodes/${id}/name`]);
      }),
    );
  });

  it('DOC-11: a concurrent edit of another key survives', () => {
    const content = sceneDocumentSchema.parse({ nodes: { n: { kind: 'group', name: 'old' } } });
    const server = docOf(content);
    const editor = new Y.Doc();
    Y.applyUpdate(editor, Y.encodeStateAsUpdate(server));
    new SceneDoc(editor).setPose('n', { translation: [1, 2, 3] });
    const target = clone(content);
    (target.nodes['n'] as { name: string }).name = 'new';
    applyDocument(server, target);
    Y.applyUpdate(server, Y.encodeStateAsUpdate(editor));
    expect(new SceneDoc(server).node('n')).toMatchObject({ name: 'new', pose: { translation: [1, 2, 3] } });
  });

  it('DOC-7: what the caller could not see, a node of an unknown kind, is not deleted', () => {
    const doc = new Y.Doc();
    doc.getMap('nodes').set('future', new Y.Map([['kind', 'splat']]));
    applyDocument(doc, sceneDocumentSchema.parse({}));
    expect(doc.getMap('nodes').has('future')).toBe(true);
  });

  it('DOC-21: of a new item only the kind and what differs from the defaults is stored', () => {
    const doc = docOf(
      sceneDocumentSchema.parse({ nodes: { n: { kind: 'model', name: 'chair' } }, materials: { m: {} } }),
    );
    expect([...(doc.getMap('nodes').get('n') as Y.Map<unknown>).keys()].sort()).toEqual(['kind', 'name']);
    expect((doc.getMap('materials').get('m') as Y.Map<unknown>).size).toBe(0);
    expect(documentToJson(doc).nodes['n']).toMatchObject({ visible: true, asset: null });
    expect(documentToJson(new Y.Doc()).scene.schemaVersion).toBe(1);
  });

  it('DOC-12: an array that is a Y.Array is changed only where it differs', () => {
    const message = (id: string) => ({ id, author: 'a', text: id, createdAt: '' });
    const doc = new Y.Doc();
    doc.getMap('comments').set('t', new Y.Map([['messages', Y.Array.from([message('1'), message('2')])]]));
    const other = new Y.Doc();
    Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
    const messages = (other.getMap('comments').get('t') as Y.Map<unknown>).get(
      'messages',
    ) as Y.Array<unknown>;
    messages.push([message('3')]);
    const target = documentToJson(doc);
    target.comments['t']?.messages.unshift(message('0'));
    applyDocument(doc, target);
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(other));
    expect(documentToJson(doc).comments['t']?.messages.map(({ id }) => id)).toEqual(['0', '1', '2', '3']);
  });
});

it('REST-18: an item whose id is none is not in the JSON, and writing that JSON back leaves it alone', () => {
  const doc = new Y.Doc();
  for (const id of ['__proto__', 'n\0m', 'x'.repeat(129), 'fine'])
    doc.getMap('nodes').set(id, new Y.Map([['kind', 'group']]));
  const read = documentToJson(doc);
  expect(Object.keys(read.nodes)).toEqual(['fine']);
  applyDocument(doc, read);
  expect(doc.getMap('nodes').size).toBe(4);
});
