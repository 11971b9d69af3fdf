import { MESSAGE, SYNC_STEP } from '@diorama/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { startRealtime, startRealtimeOnPglite, type TestRealtimeOnPglite } from '../support/realtime.js';
import type { SyncClient } from '../support/sync-client.js';
import { putNode } from '../support/scene-edits.js';

/** Everything that was going to happen without the database has: the server has taken all that the client sent so far. */
async function roundTrip(client: SyncClient): Promise<void> {
  const answered = new Promise<void>((resolve) => {
    client.webSocket.on('message', (data: Buffer) => {
      if (data[0] === MESSAGE.sync && data[1] === SYNC_STEP.step2) resolve();
    });
  });
  // A state vector is answered with what its sender lacks, once what arrived before it is in the document.
  const stateVector = Y.encodeStateVector(client.doc);
  client.send(new Uint8Array([MESSAGE.sync, SYNC_STEP.step1, stateVector.length, ...stateVector]));
  await answered;
}

describe('saved means saved', () => {
  let server: TestRealtimeOnPglite;

  beforeAll(async () => {
    // The relay is held back for a moment while the log is slow, which this log is on purpose.
    server = await startRealtimeOnPglite({ limits: { relayHoldMs: 1 }, maxPendingBytes: 20_000 });
  });
  afterAll(() => server.stop());

  const storedRows = async (sceneId: string): Promise<number> =>
    (await server.pglite.query('SELECT 1 FROM scene_updates WHERE scene_id = $1', [sceneId])).rowCount;

  it('SYNC-9: an edit reaches others before its commit, and is acknowledged only after it', async () => {
    const sceneId = await server.createScene();
    const writer = await server.open(sceneId);
    const reader = await server.open(sceneId);
    await writer.allSaved();
    const before = writer.saved;
    void server.database.hold();
    putNode(writer.doc, 'a', 1);
    await reader.until(() => reader.doc.getMap('nodes').has('a'));
    await roundTrip(writer);
    expect(writer.saved).toBe(before);
    expect(await storedRows(sceneId)).toBe(0);
    server.database.release();
    await writer.allSaved();
    expect(await storedRows(sceneId)).toBe(1);
  });

  it('SYNC-9: acknowledgements count the document frames of their connection, in order, up to the last', async () => {
    const sceneId = await server.createScene();
    const writers = await Promise.all([1, 2, 3].map(() => server.open(sceneId)));
    const counts = writers.map(() => [] as number[]);
    writers.forEach((writer, at) => {
      writer.webSocket.on('message', () => counts[at]?.push(writer.saved));
    });
    for (let round = 0; round < 100; round++)
      writers.forEach((writer, at) => putNode(writer.doc, `${at}-${round}`, round));
    await Promise.all(writers.map((writer) => writer.allSaved()));
    for (const seen of counts) expect(seen).toEqual([...seen].sort((a, b) => a - b));
    for (const writer of writers) expect(writer.saved).toBeGreaterThanOrEqual(101);
  });

  it('SYNC-9: a frame that repeats what still waits for its commit waits as well', async () => {
    const sceneId = await server.createScene();
    const writer = await server.open(sceneId);
    const echo = await server.open(sceneId);
    await echo.allSaved();
    void server.database.hold();
    const updates: Uint8Array[] = [];
    writer.doc.on('update', (update: Uint8Array) => updates.push(update));
    putNode(writer.doc, 'a', 1);
    await echo.until(() => echo.doc.getMap('nodes').has('a'));
    const before = echo.saved;
    echo.sendUpdate(updates[0] as Uint8Array);
    await roundTrip(echo);
    expect(echo.saved).toBe(before);
    server.database.release();
    await echo.allSaved();
  });

  it('LOG-5: while the database fails, edits stay, are relayed, and are committed in order when it is back', async () => {
    const sceneId = await server.createScene();
    const writer = await server.open(sceneId);
    const reader = await server.open(sceneId);
    await writer.allSaved();
    server.database.fail(new Error('connection lost'));
    for (let at = 0; at < 20; at++) putNode(writer.doc, `n${at}`, at);
    await reader.until(() => reader.doc.getMap('nodes').size === 20);
    await roundTrip(writer);
    expect(writer.saved).toBeLessThan(writer.documentFrames);
    server.database.fail();
    await writer.allSaved();
    await writer.close();
    await reader.close();
    const late = await server.open(sceneId);
    expect(late.doc.getMap('nodes').size).toBe(20);
  });

  it('LOG-5: what was held back for a slow log does not hold back the rest when the database turns out to be away', async () => {
    // Long enough that nothing is shown because its time has come.
    const patient = await startRealtime(server.pglite, { limits: { relayHoldMs: 600_000 } });
    const sceneId = await patient.createScene();
    const writer = await patient.open(sceneId);
    const reader = await patient.open(sceneId);
    await writer.allSaved();
    patient.database.fail(new Error('connection lost'));
    putNode(writer.doc, 'held');
    await expect.poll(() => patient.realtime.log.isAway).toBe(true);
    putNode(writer.doc, 'behind');
    await reader.until(() => reader.doc.getMap('nodes').size === 2);
    patient.database.fail();
    await writer.allSaved();
    await patient.stop();
  });

  it('SYNC-10: above the bound of waiting bytes writes are refused, and asked for again when there is room', async () => {
    const sceneId = await server.createScene();
    const writer = await server.open(sceneId);
    const reader = await server.open(sceneId);
    await writer.allSaved();
    server.database.fail(new Error('connection lost'));
    for (let at = 0; at < 40; at++) putNode(writer.doc, `n${at}`, 'x'.repeat(1_000));
    await writer.until(() => writer.refused.length > 0);
    expect(writer.refused[0]).toMatchObject({ code: 'storage_unavailable' });
    expect(reader.doc.getMap('nodes').size).toBeLessThan(40);
    server.database.fail();
    await reader.until(() => reader.doc.getMap('nodes').size === 40);
    await writer.allSaved();
    await writer.close();
    await reader.close();
    const late = await server.open(sceneId);
    expect(late.doc.getMap('nodes').toJSON()).toEqual(writer.doc.getMap('nodes').toJSON());
  });

  it('LOG-6: one commit holds what all scenes got within the window, as one row a scene', async () => {
    const first = await server.createScene();
    const second = await server.createScene();
    const writers = [await server.open(first), await server.open(first), await server.open(second)];
    await Promise.all(writers.map((writer) => writer.allSaved()));
    void server.database.hold();
    const burst = (round: number) =>
      writers.forEach((writer, at) => putNode(writer.doc, `${at}-${round}`, 1));
    burst(0);
    await Promise.all(writers.map(roundTrip));
    for (let round = 1; round < 30; round++) burst(round);
    await Promise.all(writers.map(roundTrip));
    server.database.release();
    await Promise.all(writers.map((writer) => writer.allSaved()));
    // The first commit had left already when the rest came.
    for (const sceneId of [first, second]) expect(await storedRows(sceneId)).toBeLessThanOrEqual(2);
  });

  it('LOG-7: the list of scenes follows the name and the number of nodes', async () => {
    const sceneId = await server.createScene();
    const writer = await server.open(sceneId);
    writer.doc.getMap('scene').set('name', 'Harbour\0 with a name that no index can hold'.padEnd(512, '!'));
    for (const id of ['a', 'b', 'c']) putNode(writer.doc, id, 1);
    writer.doc.getMap('nodes').delete('b');
    await writer.allSaved();
    const record = await server.scenes.find('acme', sceneId);
    expect(record).toMatchObject({ nodeCount: 2 });
    expect(record?.name).toMatch(/^Harbour with a name/);
    expect(record?.name.length).toBeLessThanOrEqual(256);
  });
});
