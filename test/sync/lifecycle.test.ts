import { ERRORS } from '@diorama/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { ADA, startRealtime, startRealtimeOnPglite, type TestRealtimeOnPglite } from '../support/realtime.js';
import { nodeValues, putNode } from '../support/scene-edits.js';

describe('the life of a room', () => {
  let server: TestRealtimeOnPglite;

  beforeAll(async () => {
    server = await startRealtimeOnPglite();
  });
  afterAll(() => server.stop());

  /** Asks over and over, since a room ends when nothing tells of it any more. */
  const untilUnloaded = () =>
    expect.poll(() => server.realtime.rooms.size, { interval: 5, timeout: 10_000 }).toBe(0);

  it('SYNC-18: a room ends after its last client has left, and comes back as it was', async () => {
    const sceneId = await server.createScene();
    const ada = await server.open(sceneId);
    putNode(ada.doc, 'a', 1);
    await ada.close();
    await untilUnloaded();
    const bob = await server.open(sceneId);
    expect(nodeValues(bob.doc)).toEqual({ a: 1 });
    await bob.close();
    await untilUnloaded();
  });

  it('SYNC-18: a room whose edits are not stored yet stays until they are', async () => {
    const sceneId = await server.createScene();
    const ada = await server.open(sceneId);
    await ada.allSaved();
    server.database.fail(new Error('connection lost'));
    putNode(ada.doc, 'a', 1);
    await ada.close();
    expect(server.realtime.rooms.size).toBe(1);
    server.database.fail();
    await untilUnloaded();
    const bob = await server.open(sceneId);
    expect(nodeValues(bob.doc)).toEqual({ a: 1 });
    await bob.close();
  });

  it('LOG-24: a change that fails half-way is neither stored nor shown, and the room starts again from the log', async () => {
    const sceneId = await server.createScene();
    const ada = await server.open(sceneId);
    putNode(ada.doc, 'a', 1);
    await ada.allSaved();
    let recorded = false;
    const broken = server.realtime.rooms.edit(
      sceneId,
      ADA,
      (doc) => {
        putNode(doc, 'half', 1);
        throw new TypeError('a fault of ours');
      },
      { committedWith: () => Promise.resolve(void (recorded = true)) },
    );
    await expect(broken).rejects.toThrow('a fault of ours');
    expect(await ada.closed).toMatchObject({ code: ERRORS.internal.close });
    expect(nodeValues(ada.doc)).toEqual({ a: 1 });
    await untilUnloaded();
    const bob = await server.open(sceneId);
    expect(nodeValues(bob.doc)).toEqual({ a: 1 });
    await server.realtime.rooms.edit(sceneId, ADA, (doc) => putNode(doc, 'whole', 2));
    await bob.until(() => nodeValues(bob.doc)['whole'] === 2);
    expect(recorded).toBe(false);
    await bob.close();
  });

  it('LOG-24: a change that throws before it has changed anything leaves the room as it is', async () => {
    const sceneId = await server.createScene();
    const ada = await server.open(sceneId);
    const refused = server.realtime.rooms.edit(sceneId, ADA, () => {
      throw new TypeError('not like this');
    });
    await expect(refused).rejects.toThrow('not like this');
    putNode(ada.doc, 'a', 1);
    await ada.allSaved();
    await ada.close();
  });

  it('SYNC-18: all who come while a room is loaded share one load', async () => {
    const sceneId = await server.createScene();
    await untilUnloaded();
    void server.database.hold();
    const clients = await Promise.all(Array.from({ length: 10 }, () => server.connect(sceneId)));
    server.database.release();
    await Promise.all(clients.map((client) => client.synced));
    expect(server.realtime.rooms.size).toBe(1);
    putNode(clients[0]?.doc, 'a', 1);
    await Promise.all(clients.map((client) => client.until(() => client.doc.getMap('nodes').has('a'))));
    await Promise.all(clients.map((client) => client.close()));
  });

  it('LOG-8: a scene that cannot be read is refused with 4503, never shown empty, and is there once it can be', async () => {
    const sceneId = await server.createScene();
    const ada = await server.open(sceneId);
    putNode(ada.doc, 'a', 1);
    await ada.allSaved();
    await ada.close();
    await untilUnloaded();
    const { rows } = await server.pglite.query<{ data: Uint8Array }>(
      'SELECT data FROM scene_updates WHERE scene_id = $1',
      [sceneId],
    );
    const good = rows[0]?.data as Uint8Array;
    const cut = good.subarray(0, good.length - 3);
    const undecodable = new Uint8Array([4, 1, 1, 99, 99]);
    for (const bad of [cut, undecodable]) {
      await server.pglite.query('UPDATE scene_updates SET data = $2 WHERE scene_id = $1', [sceneId, bad]);
      const client = await server.connect(sceneId);
      expect(await client.closed).toEqual({
        code: ERRORS.scene_load_failed.close,
        reason: 'scene_load_failed',
      });
      expect(client.received).toEqual([]);
      await expect(server.realtime.rooms.read(sceneId, () => 1)).rejects.toMatchObject({
        code: 'scene_load_failed',
      });
    }
    await server.pglite.query('UPDATE scene_updates SET data = $2 WHERE scene_id = $1', [sceneId, good]);
    const reader = await server.open(sceneId);
    expect(nodeValues(reader.doc)).toEqual({ a: 1 });
    await reader.close();
  });

  it('LOG-8: a log with a missing row is refused', async () => {
    const sceneId = await server.createScene();
    for (const key of ['a', 'b', 'c'])
      await server.realtime.rooms.edit(sceneId, ADA, (doc) => putNode(doc, key, 1));
    await untilUnloaded();
    await server.pglite.query('DELETE FROM scene_updates WHERE scene_id = $1 AND seq = 2', [sceneId]);
    const client = await server.connect(sceneId);
    expect((await client.closed).code).toBe(4503);
  });

  it('LOG-8: while the database fails, a scene is refused with 4503', async () => {
    const sceneId = await server.createScene();
    const ada = await server.open(sceneId);
    await ada.close();
    await untilUnloaded();
    const read = server.realtime.rooms;
    server.database.fail(new Error('connection lost'));
    await expect(read.read(sceneId, () => 1)).rejects.toMatchObject({ code: 'scene_load_failed' });
    server.database.fail();
    await expect(read.read(sceneId, (doc) => doc.getMap('nodes').size)).resolves.toMatchObject({ value: 0 });
  });

  it('LOG-9: a scene that is deleted under its editors closes them with 4404', async () => {
    const sceneId = await server.createScene();
    const ada = await server.open(sceneId);
    await ada.allSaved();
    await server.pglite.query('DELETE FROM scenes WHERE scene_id = $1', [sceneId]);
    putNode(ada.doc, 'a', 1);
    expect(await ada.closed).toEqual({ code: 4404, reason: 'scene_not_found' });
  });

  it('SYNC-19: eviction closes everybody with the code', async () => {
    const sceneId = await server.createScene();
    const clients = [await server.open(sceneId), await server.open(sceneId)];
    await server.realtime.rooms.evict(sceneId, 'scene_not_found');
    for (const client of clients)
      expect(await client.closed).toEqual({ code: 4404, reason: 'scene_not_found' });
    await untilUnloaded();
  });

  it('LOG-11: an edit through the server is one transaction that live editors see, and is committed when it resolves', async () => {
    const sceneId = await server.createScene();
    const ada = await server.open(sceneId);
    let updates = 0;
    ada.doc.on('update', () => updates++);
    const edited = await server.realtime.rooms.edit(sceneId, ADA, (doc) => {
      putNode(doc, 'a', 1);
      putNode(doc, 'b', 2);
      return 'done';
    });
    expect(edited.value).toBe('done');
    expect((await server.scenes.find('acme', sceneId))?.headSeq).toBe(edited.seq);
    await ada.until(() => ada.doc.getMap('nodes').has('b'));
    expect(updates).toBe(1);
    await ada.close();
  });

  it('LOG-11: a read has the position that covers exactly what was seen; an edit at another position is refused', async () => {
    const sceneId = await server.createScene();
    const ada = await server.open(sceneId);
    putNode(ada.doc, 'a', 1);
    await ada.allSaved();
    const keys = (doc: Y.Doc) => [...doc.getMap('nodes').keys()];
    void server.database.hold();
    putNode(ada.doc, 'b', 1);
    const first = server.realtime.rooms.read(sceneId, keys);
    putNode(ada.doc, 'c', 1);
    const second = server.realtime.rooms.edit(sceneId, ADA, (doc) => putNode(doc, 'd', 1));
    server.database.release();
    const [{ seq }, edited] = await Promise.all([first, second]);
    expect(edited.seq).toBeGreaterThan(seq);
    await ada.allSaved();
    const stale = server.realtime.rooms.edit(sceneId, ADA, (doc) => doc.getMap('nodes').clear(), {
      ifSeq: seq,
    });
    await expect(stale).rejects.toMatchObject({ code: 'precondition_failed' });
    const now = await server.realtime.rooms.read(sceneId, keys);
    const fresh = server.realtime.rooms.edit(sceneId, ADA, (doc) => doc.getMap('nodes').delete('a'), {
      ifSeq: now.seq,
    });
    await expect(fresh).resolves.toMatchObject({ seq: now.seq + 1 });
    await ada.close();
  });

  it('LOG-12: an edit whose dependency has not arrived survives a restart of the room', async () => {
    const sceneId = await server.createScene();
    const author = new Y.Doc();
    const updates: Uint8Array[] = [];
    author.on('update', (update: Uint8Array) => updates.push(update));
    putNode(author, 'first', 1);
    putNode(author, 'second', 2);
    const hasty = await server.open(sceneId);
    hasty.sendUpdate(updates[1] as Uint8Array);
    await hasty.allSaved();
    await hasty.close();
    await untilUnloaded();
    const late = await server.open(sceneId);
    expect(late.doc.getMap('nodes').toJSON()).toEqual({});
    late.sendUpdate(updates[0] as Uint8Array);
    const reader = await server.open(sceneId);
    await reader.until(() => reader.doc.getMap('nodes').has('second'));
    expect(nodeValues(reader.doc)).toEqual({ first: 1, second: 2 });
    await late.close();
    await reader.close();
  });

  it('SYNC-20: a server that stops commits first, acknowledges, and closes with 1012', async () => {
    const stopping = await startRealtime(server.pglite);
    const sceneId = await stopping.createScene();
    const ada = await stopping.open(sceneId);
    await ada.allSaved();
    putNode(ada.doc, 'a', 1);
    await ada.allSaved();
    const closing = stopping.realtime.close();
    expect(await ada.closed).toEqual({ code: 1012, reason: 'draining' });
    await closing;
    await expect(stopping.realtime.rooms.read(sceneId, () => 1)).rejects.toMatchObject({ code: 'draining' });
    const reader = await server.open(sceneId);
    expect(nodeValues(reader.doc)).toEqual({ a: 1 });
    await reader.close();
  });
});
