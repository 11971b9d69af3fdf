import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { decodeStored } from '../../server/src/log/load.js';
import { startRealtimeOnPglite, type TestRealtimeOnPglite } from '../support/realtime.js';
import type { SyncClient } from '../support/sync-client.js';

const pose = (x: number): unknown => ({ translation: [x, 0, 0], rotation: [0, 0, 0, 1], scale: [1, 1, 1] });

const nodesOf = (doc: Y.Doc): Y.Map<Y.Map<unknown>> => doc.getMap('nodes');

const poseIn = (doc: Y.Doc, id = 'a'): unknown => nodesOf(doc).get(id)?.get('pose');

/** Writes so many poses, each in a frame of its own; the last one is `pose(count)`. */
function drag(client: SyncClient, count: number, id = 'a'): void {
  for (let x = 1; x <= count; x++) nodesOf(client.doc).get(id)?.set('pose', pose(x));
}

describe('poses that follow each other', () => {
  let server: TestRealtimeOnPglite;
  let sceneId: string;
  let writer: SyncClient;
  /** What the observer of the rooms was told, in order. */
  const heard: string[] = [];

  beforeAll(async () => {
    server = await startRealtimeOnPglite({
      observer: {
        edited: (_sceneId, editor) => void heard.push(`${editor.subject} edited`),
        moved: (_sceneId, editor, ids) => void heard.push(`${editor.subject} moved ${ids.join()}`),
        unloaded: () => undefined,
      },
    });
  });
  afterAll(() => server.stop());

  beforeEach(async () => {
    sceneId = await server.createScene();
    writer = await server.open(sceneId);
    writer.doc.transact(() => {
      for (const id of ['a', 'b'])
        nodesOf(writer.doc).set(id, new Y.Map(Object.entries({ kind: 'group', pose: pose(0) })));
    });
    await writer.allSaved();
    heard.length = 0;
  });

  it('SYNC-48: they are relayed, acknowledged and attributed, and are not transactions of the room', async () => {
    const reader = await server.open(sceneId);
    drag(writer, 20);
    await writer.allSaved();
    await reader.until(() => JSON.stringify(poseIn(reader.doc)) === JSON.stringify(pose(20)));
    expect(heard).toEqual(Array.from({ length: 20 }, () => 'ada moved a'));
  });

  it('SYNC-48: who joins, comes back, or reads on the server sees the last one', async () => {
    const early = await server.open(sceneId);
    early.drop();
    drag(writer, 5);
    await writer.allSaved();
    const joined = await server.open(sceneId);
    expect(poseIn(joined.doc)).toEqual(pose(5));
    drag(writer, 6);
    await writer.allSaved();
    const back = await server.open(sceneId, { doc: early.doc });
    expect(poseIn(back.doc)).toEqual(pose(6));
    drag(writer, 7);
    await writer.allSaved();
    const read = await server.realtime.rooms.read(sceneId, (doc) => poseIn(doc));
    expect(read.value).toEqual(pose(7));
  });

  it('SYNC-48: they are in the log, also where nobody has looked at the document since', async () => {
    drag(writer, 300);
    await writer.allSaved();
    const stored = new Y.Doc();
    decodeStored(stored, await server.realtime.log.read(sceneId));
    expect(poseIn(stored)).toEqual(pose(300));
  });

  it('SYNC-48: while the log is slow they wait for their commit, and are shown in their order', async () => {
    const reader = await server.open(sceneId);
    const seen: unknown[] = [];
    nodesOf(reader.doc).observeDeep(() => seen.push(poseIn(reader.doc)));
    void server.database.hold();
    drag(writer, 5);
    await server.realtime.rooms.read(sceneId, (doc) => expect(poseIn(doc)).toBeDefined());
    server.database.release();
    await writer.allSaved();
    await reader.until(() => JSON.stringify(poseIn(reader.doc)) === JSON.stringify(pose(5)));
    expect(seen).toEqual([1, 2, 3, 4, 5].map(pose));
  });

  it('SYNC-48: two who drag the same node, and one who deletes it, see the same in the end', async () => {
    const other = await server.open(sceneId);
    const reader = await server.open(sceneId);
    for (let round = 0; round < 20; round++) {
      drag(writer, 3);
      drag(other, 2);
      drag(other, 2, 'b');
      // Each hears of the other now and then.
      if (round % 5 === 4) await Promise.all([writer.allSaved(), other.allSaved()]);
    }
    nodesOf(other.doc).delete('b');
    drag(writer, 4, 'b');
    await Promise.all([writer.allSaved(), other.allSaved()]);
    const clients = [writer, other, reader];
    const { value } = await server.realtime.rooms.read(sceneId, (doc) => doc.toJSON());
    for (const client of clients)
      await expect.poll(() => nodesOf(client.doc).toJSON()).toEqual((value as { nodes: unknown }).nodes);
    expect(nodesOf(reader.doc).has('b')).toBe(false);
    expect(clients.flatMap(({ refused }) => refused)).toEqual([]);
  });

  it('SYNC-48: a bad pose between good ones is undone, and the good ones stay', async () => {
    const reader = await server.open(sceneId);
    drag(writer, 3);
    nodesOf(writer.doc)
      .get('a')
      ?.set('pose', { translation: ['far', 0, 0] });
    drag(writer, 4, 'b');
    await writer.allSaved();
    expect(writer.refused).toMatchObject([{ code: 'invalid_document', corrected: true }]);
    await reader.until(() => JSON.stringify(poseIn(reader.doc, 'b')) === JSON.stringify(pose(4)));
    const { value } = await server.realtime.rooms.read(sceneId, (doc) => [poseIn(doc), poseIn(doc, 'b')]);
    expect(value).toEqual([pose(3), pose(4)]);
    for (const client of [writer, reader]) await expect.poll(() => poseIn(client.doc)).toEqual(pose(3));
  });
});
