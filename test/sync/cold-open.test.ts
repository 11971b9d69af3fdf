import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { decodeInSlices } from '../../server/src/rooms/document/decode-in-slices.js';
import { FullState } from '../../server/src/rooms/document/full-state.js';
import { ADA, startRealtime, startRealtimeOnPglite, type TestRealtimeOnPglite } from '../support/realtime.js';

const NODES = 6_000;

function addNodes(doc: Y.Doc): void {
  const nodes = doc.getMap('nodes');
  for (let at = 0; at < NODES; at++) nodes.set(`n${at}`, new Y.Map([['kind', 'group']]));
}

describe('opening a scene that is stored', () => {
  let server: TestRealtimeOnPglite;

  beforeAll(async () => {
    server = await startRealtimeOnPglite();
  });
  afterAll(() => server.stop());

  const unloaded = () => expect.poll(() => server.realtime.rooms.size, { timeout: 20_000 }).toBe(0);

  const storedScene = async (): Promise<string> => {
    const sceneId = await server.createScene();
    await server.realtime.rooms.edit(sceneId, ADA, addNodes);
    await server.realtime.compactor.compact(sceneId);
    await server.realtime.rooms.edit(sceneId, ADA, (doc) => doc.getMap('nodes').delete('n0'));
    await unloaded();
    return sceneId;
  };

  it('SYNC-26: the first who comes is sent what is stored while the document is still being decoded', async () => {
    const sceneId = await storedScene();
    const registry = server.realtime.rooms;
    const order: string[] = [];
    const { release } = await registry.acquire(sceneId, () => order.push('stored'));
    order.push('open');
    release();
    expect(order).toEqual(['stored', 'open']);
    await unloaded();

    const ada = await server.open(sceneId);
    const nodes = ada.doc.getMap('nodes');
    expect([nodes.size, nodes.has('n0')]).toEqual([NODES - 1, false]);
    ada.doc.getMap('nodes').set('late', new Y.Map([['kind', 'group']]));
    await ada.allSaved();
    const { value } = await registry.read(sceneId, (doc) => doc.getMap('nodes').size);
    expect(value).toBe(NODES);
    await ada.close();
  });

  it('SYNC-26: many who come at once all get all of it, and what the others write from the first moment', async () => {
    const sceneId = await storedScene();
    const clients = await Promise.all(Array.from({ length: 8 }, () => server.connect(sceneId)));
    clients.forEach((client, at) =>
      client.doc.getMap('nodes').set(`by-${at}`, new Y.Map([['kind', 'group']])),
    );
    const all = NODES - 1 + clients.length;
    for (const client of clients) await client.until(() => client.doc.getMap('nodes').size === all);
    await Promise.all(clients.map((client) => client.close()));
  });

  it('SYNC-26: who was here before is sent only what was missed', async () => {
    const sceneId = await storedScene();
    const ada = await server.open(sceneId);
    const { doc } = ada;
    await ada.close();
    await unloaded();
    const again = await server.open(sceneId, { doc });
    expect(again.receivedBytes).toBeLessThan(2_000);
    await again.close();
  });

  it('SYNC-26: rows that no snapshot has replaced yet are sent before they are decoded as well, however many', async () => {
    const patient = await startRealtime(server.pglite, { maxTailBytes: 64 * 1024 * 1024 });
    const sceneId = await patient.createScene();
    const { rooms } = patient.realtime;
    await rooms.edit(sceneId, ADA, (doc) => {
      addNodes(doc);
      doc.getMap('scene').set('name', 'long '.repeat(400_000));
    });
    await expect.poll(() => rooms.size, { timeout: 20_000 }).toBe(0);
    const order: string[] = [];
    const { release } = await rooms.acquire(sceneId, ({ bytes }) =>
      order.push(bytes > 2_000_000 ? 'stored' : `${bytes} bytes`),
    );
    order.push('open');
    release();
    expect(order).toEqual(['stored', 'open']);
    await patient.stop();
  });

  it.each([
    ['snapshot', 'scene_snapshots'],
    ['row', 'scene_updates'],
  ])('LOG-8: a %s that is not what was stored is refused, and nothing is sent', async (_, table) => {
    const sceneId = await storedScene();
    await server.pglite.query(
      `UPDATE ${table} SET data = set_byte(data, 5, 255 - get_byte(data, 5)) WHERE scene_id = $1`,
      [sceneId],
    );
    const client = await server.connect(sceneId);
    expect(await client.closed).toEqual({ code: 4503, reason: 'scene_load_failed' });
    expect(client.received).toEqual([]);
  });
});

describe('the state that joiners share', () => {
  it('SYNC-27: the full state is encoded once, and what is written later is sent behind it', async () => {
    const doc = new Y.Doc();
    addNodes(doc);
    const state = new FullState([Y.encodeStateAsUpdate(doc)]);
    const [base] = state.frames(doc);
    doc.on('update', (update: Uint8Array) => state.add(Buffer.from(update)));
    doc.getMap('nodes').set('later', 1);
    const frames = state.frames(doc);
    expect(frames[0]).toBe(base);
    expect(frames).toHaveLength(3);
    // Much more than that, and it is made anew.
    for (let round = 0; round < 2; round++)
      doc.transact(() => {
        doc.getMap('nodes').clear();
        addNodes(doc);
      });
    const renewed = state.frames(doc);
    expect(renewed[0]).not.toBe(base);
    expect(renewed).toHaveLength(2);
    expect(state.frames(doc)[0]).toBe(renewed[0]);
  });

  it('SYNC-28: a large scene is decoded in slices between which others are served', async () => {
    const doc = new Y.Doc();
    const updates: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => updates.push(update));
    for (let at = 0; at < 30_000; at++) doc.getMap('nodes').set(`n${at}`, new Y.Map([['kind', 'group']]));
    let turns = 0;
    const count = (): void => void (turns++, (immediate = setImmediate(count)));
    let immediate = setImmediate(count);
    const decoded = await decodeInSlices(updates);
    clearImmediate(immediate);
    expect(turns).toBeGreaterThan(3);
    expect(decoded.getMap('nodes').size).toBe(30_000);
  });
});
