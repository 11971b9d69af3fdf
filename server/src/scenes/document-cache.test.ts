import { SceneDoc } from '@diorama/shared';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { DocumentCache } from './document-cache.js';

function sceneOf(nodes: number): Y.Doc {
  const doc = new Y.Doc();
  doc.transact(() => {
    for (let at = 0; at < nodes; at++)
      doc.getMap('nodes').set(`n${at}`, new Y.Map<unknown>([['kind', 'group']]));
  });
  return doc;
}

describe('the text of documents', () => {
  it('REST-19: a large document is converted once for as long as it does not change', () => {
    const cache = new DocumentCache();
    const doc = sceneOf(600);
    const first = cache.read(doc);
    expect(cache.read(doc)).toBe(first);
    expect(first.nodeCount).toBe(600);
    new SceneDoc(doc).setSettings({ name: 'Hall' });
    const second = cache.read(doc);
    expect(second).toMatchObject({ name: 'Hall', nodeCount: 600 });
    expect(JSON.parse(second.json)).toMatchObject({ scene: { name: 'Hall' } });
    expect(cache.read(doc)).toBe(second);
  });

  it('REST-19: keeps the few that were asked for last, and none that are small', () => {
    const cache = new DocumentCache();
    const small = sceneOf(3);
    expect(cache.read(small)).not.toBe(cache.read(small));
    const docs = Array.from({ length: 9 }, () => sceneOf(500));
    const [first, ...later] = docs.map((doc) => [doc, cache.read(doc)] as const);
    for (const [doc, encoded] of later) expect(cache.read(doc)).toBe(encoded);
    expect(cache.read(first?.[0] as Y.Doc)).not.toBe(first?.[1]);
  });
});
