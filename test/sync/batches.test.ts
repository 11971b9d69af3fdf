import type { Socket } from 'node:net';
import { MESSAGE } from '@diorama/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { startRealtimeOnPglite, type TestRealtime } from '../support/realtime.js';
import { nodeValues, putNode } from '../support/scene-edits.js';
import type { SyncClient } from '../support/sync-client.js';

const MANY = 200;

/** Sends all frames that `write` makes in one piece, as a client does that writes faster than the network takes. */
function inOnePiece(client: SyncClient, write: () => void): void {
  const { _socket: socket } = client.webSocket as unknown as { _socket: Socket };
  socket.cork();
  write();
  socket.uncork();
}

describe('frames that arrive together', () => {
  let server: TestRealtime;

  beforeAll(async () => {
    server = await startRealtimeOnPglite();
  });
  afterAll(() => server.stop());

  it('SYNC-30: are taken together, relayed one by one and acknowledged', async () => {
    const sceneId = await server.createScene();
    const [ada, ben] = [await server.open(sceneId), await server.open(sceneId)];
    putNode(ada.doc, 'n');
    await ada.allSaved();
    await ben.until(() => ben.doc.getMap('nodes').has('n'));
    const syncFrames = () => ben.received.filter((type) => type === MESSAGE.sync).length;
    const node = (doc: Y.Doc) => doc.getMap<Y.Map<unknown>>('nodes').get('n');
    const before = syncFrames();
    inOnePiece(ada, () => {
      for (let at = 0; at < MANY; at++) node(ada.doc)?.set('name', `Name ${at}`);
    });
    await ben.until(() => node(ben.doc)?.get('name') === `Name ${MANY - 1}`);
    expect(syncFrames() - before).toBe(MANY);
    await ada.allSaved();
    await Promise.all([ada.close(), ben.close()]);
  });

  it.each([
    ['a value', (node) => node.set('name', Number.NaN), (node) => node.set('name', 'fine')],
    ['a pose', (node) => node.set('pose', { translation: [Infinity, 0, 0] }), (node) => node.delete('pose')],
    ['the kind', (node) => node.delete('kind'), (node) => node.set('kind', 'group')],
    [
      'a node',
      (_, nodes) => nodes.set('other', new Y.Map([['kind', 'dragon']])),
      (_, nodes) => nodes.delete('other'),
    ],
    [
      'a type in a value',
      (node) => (node.get('tags') as Y.Array<unknown>).push([Number.NaN]),
      (node) => (node.get('tags') as Y.Array<unknown>).delete(0, 1),
    ],
  ] as [string, ...((node: Y.Map<unknown>, nodes: Y.Map<unknown>) => unknown)[]][])(
    'CHK-1: %s that breaks the schema in one frame and not any more in the next is seen by nobody',
    async (_, breakIt, mendIt) => {
      const sceneId = await server.createScene();
      const [ada, ben] = [await server.open(sceneId), await server.open(sceneId)];
      const nodes = ada.doc.getMap<unknown>('nodes');
      const node = new Y.Map<unknown>([
        ['kind', 'group'],
        ['tags', new Y.Array()],
      ]);
      nodes.set('n', node);
      await ada.allSaved();
      await ben.until(() => ben.doc.getMap('nodes').has('n'));
      const seen: unknown[] = [];
      ben.doc.on('afterTransaction', () => seen.push(ben.doc.getMap('nodes').toJSON()));
      inOnePiece(ada, () => {
        breakIt?.(node, nodes);
        mendIt?.(node, nodes);
        node.set('visible', false);
      });
      await ben.until(() => (ben.doc.getMap('nodes').get('n') as Y.Map<unknown>).get('visible') === false);
      for (const state of seen as { n: Record<string, unknown>; other?: unknown }[]) {
        expect(state.other).toBeUndefined();
        expect(state.n).toMatchObject({ kind: 'group', tags: [] });
        expect([undefined, 'fine']).toContain(state.n['name']);
        expect(state.n['pose']).toBeUndefined();
      }
      await ada.allSaved();
      expect(ada.doc.getMap('nodes').toJSON()).toEqual(ben.doc.getMap('nodes').toJSON());
      await Promise.all([ada.close(), ben.close()]);
    },
  );

  it('SYNC-38: others are sent what they led to, once it takes seconds until they are read', async () => {
    const sceneId = await server.createScene();
    // What does not answer its pings might have much else to send before.
    const ada = await server.open(sceneId, { answersPings: false });
    const ben = await server.open(sceneId);
    putNode(ada.doc, 'n');
    await ada.allSaved();
    await ben.until(() => ben.doc.getMap('nodes').has('n'));
    const syncFrames = () => ben.received.filter((type) => type === MESSAGE.sync).length;
    const node = (doc: Y.Doc) => doc.getMap<Y.Map<unknown>>('nodes').get('n');
    let value = 0;
    const relayed = async (): Promise<number> => {
      const before = syncFrames();
      inOnePiece(ada, () => {
        for (let at = 0; at < MANY; at++) node(ada.doc)?.set('name', `Name ${++value}`);
      });
      await ben.until(() => node(ben.doc)?.get('name') === `Name ${value}`);
      return syncFrames() - before;
    };
    while ((await relayed()) === MANY);
    expect(await relayed()).toBeLessThan(MANY / 4);
    await ada.allSaved();
    expect(Y.encodeStateVector(ada.doc)).toEqual(Y.encodeStateVector(ben.doc));
    await Promise.all([ada.close(), ben.close()]);
  });

  it('SYNC-30: are judged one by one: what is good beside what is not is kept, and everybody converges', async () => {
    const sceneId = await server.createScene();
    const [ada, ben] = [await server.open(sceneId), await server.open(sceneId)];
    await ada.allSaved();
    inOnePiece(ada, () => {
      putNode(ada.doc, 'before');
      ada.doc.getMap('nodes').set('broken', new Y.Map([['kind', 'no such kind']]));
      ada.doc.getMap('foreign').set('x', 1);
      putNode(ada.doc, 'after');
    });
    await ben.until(() => ben.doc.getMap('nodes').has('after'));
    await ada.until(() => ada.refused.length > 0 && !ada.doc.getMap('nodes').has('broken'));
    expect(ada.refused[0]).toMatchObject({ code: 'invalid_document', corrected: true });
    expect([...ben.doc.getMap('nodes').keys()].sort()).toEqual(['after', 'before']);
    expect(ada.doc.getMap('foreign').size).toBe(0);
    await ada.allSaved();
    expect(Y.encodeStateVector(ada.doc)).toEqual(Y.encodeStateVector(ben.doc));
    await Promise.all([ada.close(), ben.close()]);
  });

  it('SYNC-30: a correction names the frame that brought what was undone, and each such frame is named', async () => {
    const sceneId = await server.createScene();
    const ada = await server.open(sceneId);
    const nodes = ada.doc.getMap<Y.Map<unknown>>('nodes');
    putNode(ada.doc, 'n1');
    putNode(ada.doc, 'n2');
    nodes.get('n2')?.set('tags', Y.Array.from(['tag']));
    await ada.allSaved();
    const before = ada.documentFrames;
    inOnePiece(ada, () => {
      nodes.get('n1')?.set('name', 'fine');
      nodes.get('n1')?.set('visible', 'perhaps');
      ada.doc.getMap('foreign').set('x', 1);
      (nodes.get('n2')?.get('tags') as Y.Array<unknown>).push([Number.NaN]);
      nodes.get('n2')?.set('locked', true);
      nodes.get('n2')?.delete('kind');
      putNode(ada.doc, 'n3');
    });
    await ada.allSaved();
    const told = ada.refused.map(({ frame, corrected, issues }) => [
      frame - before,
      corrected,
      issues.map(({ pointer }) => pointer),
    ]);
    expect(told).toEqual([
      [2, true, ['/nodes/n1/visible']],
      [3, true, ['/foreign']],
      [4, true, ['/nodes/n2/tags/1']],
      [6, true, ['/nodes/n2/kind']],
    ]);
    expect(nodes.get('n1')?.get('name')).toBe('fine');
    expect(nodes.get('n2')?.toJSON()).toMatchObject({ kind: 'group', locked: true, tags: ['tag'] });
    await ada.close();
  });

  it('CHK-1: what a frame breaks gets back what an earlier one of them brought, also in a node that is new', async () => {
    const sceneId = await server.createScene();
    const ada = await server.open(sceneId);
    const nodes = ada.doc.getMap<Y.Map<unknown>>('nodes');
    putNode(ada.doc, 'old');
    await ada.allSaved();
    inOnePiece(ada, () => {
      for (const id of ['old', 'new']) {
        if (id === 'new') putNode(ada.doc, id);
        nodes.get(id)?.set('name', 'good');
        nodes.get(id)?.set('name', 'x'.repeat(1_000));
        nodes.get(id)?.set('name', 5);
      }
      nodes.get('new')?.set('kind', 'light');
      nodes.get('new')?.set('kind', 'dragon');
    });
    await ada.allSaved();
    const ben = await server.open(sceneId);
    for (const { doc } of [ada, ben])
      await expect
        .poll(() => doc.getMap('nodes').toJSON())
        .toEqual({
          old: { kind: 'group', name: 'good', value: 1 },
          new: { kind: 'light', name: 'good', value: 1 },
        });
    expect(ada.refused.every(({ corrected }) => corrected)).toBe(true);
    await Promise.all([ada.close(), ben.close()]);
  });

  it('SYNC-30: count although the next one ends the connection', async () => {
    const sceneId = await server.createScene();
    const [ada, ben] = [await server.open(sceneId), await server.open(sceneId)];
    inOnePiece(ada, () => {
      putNode(ada.doc, 'last words');
      ada.send(new Uint8Array([0, 2, 200]));
    });
    expect((await ada.closed).code).toBe(4400);
    await ben.until(() => ben.doc.getMap('nodes').has('last words'));
    await ben.close();
  });

  it('CHK-12: who has lost one is asked for it once, not closed for the many behind it', async () => {
    const sceneId = await server.createScene();
    const ada = await server.open(sceneId);
    ada.doc.transact(() => putNode(ada.doc, 'lost'), ada);
    inOnePiece(ada, () => {
      for (let at = 0; at < MANY; at++) putNode(ada.doc, 'n', at);
    });
    await ada.until(() => ada.refused.length > 0);
    expect(ada.refused[0]?.code).toBe('update_unresolved');
    await ada.allSaved();
    const ben = await server.open(sceneId);
    expect(nodeValues(ben.doc)).toEqual({ lost: 1, n: MANY - 1 });
    await Promise.all([ada.close(), ben.close()]);
  });

  it('CHK-12: who never has what the rest depends on is closed with 4410', async () => {
    const sceneId = await server.createScene();
    const ada = await server.open(sceneId);
    const elsewhere = new Y.Doc();
    putNode(elsewhere, 'lost');
    elsewhere.on('update', (update: Uint8Array) => ada.sendUpdate(update));
    inOnePiece(ada, () => {
      for (let at = 0; at < MANY; at++) putNode(elsewhere, 'n', at);
    });
    while (ada.isOpen) {
      const before = ada.refused.length;
      putNode(elsewhere, 'n', -1);
      await ada.until(() => ada.refused.length > before).catch(() => undefined);
    }
    expect(await ada.closed).toEqual({ code: 4410, reason: 'update_unresolved' });
  });
});
