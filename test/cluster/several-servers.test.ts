import { documentToJson } from '@diorama/shared';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { LocalBus } from '../../server/src/adapters/local-bus/local-bus.js';
import { NO_LOG_METRICS } from '../../server/src/log/log-metrics.js';
import { loadScene, decodeStored } from '../../server/src/log/load.js';
import { decodeRow } from '../../server/src/log/row-codec.js';
import { NO_REALTIME_METRICS } from '../../server/src/rooms/realtime-metrics.js';
import { startCluster, type ClusterMember, type TestCluster } from '../support/cluster.js';
import { LossyBus } from '../support/lossy-bus.js';
import { ADA, startRealtime } from '../support/realtime.js';
import type { SyncClient } from '../support/sync-client.js';
import { putNode } from '../support/scene-edits.js';

const nodesOf = (client: { doc: Y.Doc }): Y.Map<unknown> => client.doc.getMap('nodes');
const has = (client: SyncClient, key: string) => (): boolean => nodesOf(client).has(key);

describe('several servers', () => {
  let cluster: TestCluster;
  let one: ClusterMember;
  let two: ClusterMember;
  beforeAll(async () => {
    cluster = await startCluster(2);
    [one, two] = cluster.members as [ClusterMember, ClusterMember];
  });
  afterAll(() => cluster.stop());
  afterEach(() => {
    for (const { bus, database } of cluster.members) {
      bus.loses = () => false;
      bus.heal();
      database.fail();
      database.release();
    }
  });

  const rowsOf = async (sceneId: string): Promise<number> => {
    const { rows } = await one.database.query<{ count: number }>(
      'SELECT count(*) AS count FROM scene_updates WHERE scene_id = $1',
      [sceneId],
    );
    return Number(rows[0]?.count);
  };
  const open = async (): Promise<{ sceneId: string; ada: SyncClient; bob: SyncClient }> => {
    const sceneId = await one.createScene();
    const ada = await one.open(sceneId);
    const bob = await two.open(sceneId, { claims: { sub: 'bob' } });
    return { sceneId, ada, bob };
  };
  const leave = async (...clients: SyncClient[]): Promise<void> => {
    for (const client of clients) await client.close();
    for (const { realtime } of cluster.members)
      await expect.poll(() => realtime.rooms.size, { interval: 5 }).toBe(0);
  };

  it('CLU-4: what is written on one server is seen on the other before it is committed, and stored once', async () => {
    const { sceneId, ada, bob } = await open();
    for (let at = 0; at < 30; at++) putNode(ada.doc, `warm-${at}`, at);
    await ada.allSaved();
    one.database.fail(new Error('away'));
    putNode(ada.doc, 'shown', 1);
    await bob.until(has(bob, 'shown'));
    expect(ada.saved).toBeLessThan(ada.documentFrames);
    one.database.fail();
    await ada.allSaved();
    putNode(bob.doc, 'back', 1);
    await ada.until(has(ada, 'back'));
    await bob.allSaved();
    const stored = await loadScene(one.database, sceneId);
    expect(stored.updates.length).toBe(await appendedUpdates(sceneId));
    expect(stored.tail.rows).toBe(await rowsOf(sceneId));
    await leave(ada, bob);
  });

  const appendedUpdates = async (sceneId: string): Promise<number> => {
    const keys = new Set<string>();
    const stored = await loadScene(one.database, sceneId);
    for (const update of stored.updates) {
      const { structs } = Y.decodeUpdate(update);
      keys.add(structs.map(({ id }) => `${id.client}:${id.clock}`).join());
    }
    return keys.size;
  };

  it('CLU-5: messages that get lost are read from the log', async () => {
    const { ada, bob } = await open();
    let lost = 0;
    one.bus.loses = () => ++lost <= 1;
    putNode(ada.doc, 'lost', 1);
    await ada.allSaved();
    putNode(ada.doc, 'arrives', 1);
    await bob.until(() => nodesOf(bob).has('lost') && nodesOf(bob).has('arrives'));
    expect(lost).toBeGreaterThan(1);
    one.bus.loses = () => false;
    await leave(ada, bob);
  });

  it('CLU-5: with the bus cut, servers find what others wrote in the log, also once it is compacted', async () => {
    const { sceneId, ada, bob } = await open();
    putNode(ada.doc, 'before', 1);
    await bob.until(has(bob, 'before'));
    one.bus.cut();
    for (let at = 0; at < 5; at++) putNode(ada.doc, `cut-${at}`, at);
    await bob.until(has(bob, 'cut-4'));
    for (let at = 0; at < 5; at++) putNode(ada.doc, `compacted-${at}`, at);
    await ada.allSaved();
    await one.realtime.compactor.compact(sceneId);
    await bob.until(has(bob, 'compacted-4'));
    putNode(bob.doc, 'other-way', 1);
    await ada.until(has(ada, 'other-way'));
    one.bus.heal();
    putNode(ada.doc, 'healed', 1);
    await bob.until(has(bob, 'healed'));
    await leave(ada, bob);
  });

  it('CLU-6: what another server has shown and cannot store is stored here, and nothing is acknowledged before', async () => {
    const three = await cluster.join();
    const sceneId = await one.createScene();
    const ada = await three.open(sceneId);
    const bob = await two.open(sceneId, { claims: { sub: 'bob' } });
    three.database.fail(new Error('away'));
    nodesOf(ada).set('node', new Y.Map([['kind', 'group']]));
    await bob.until(has(bob, 'node'));
    // It stands on what nobody has stored.
    (nodesOf(bob).get('node') as Y.Map<unknown>).set('name', 'by bob');
    await two.realtime.log.flush();
    expect(bob.saved).toBeLessThan(bob.documentFrames);
    await three.bus.close();
    await bob.allSaved();
    const doc = new Y.Doc();
    decodeStored(doc, await loadScene(one.database, sceneId));
    expect(doc.getMap('nodes').toJSON()).toEqual({ node: { kind: 'group', name: 'by bob' } });
    three.database.fail();
    await bob.close();
    await three.stop();
  });

  it('CLU-7: a position that a read returns covers exactly what it saw, while others write elsewhere', async () => {
    const { sceneId, ada, bob } = await open();
    let writing = true;
    const write = async (): Promise<void> => {
      for (let at = 0; writing; at++) {
        putNode((at % 2 === 0 ? ada : bob).doc, `k${at % 40}`, at);
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
    };
    const written = write();
    const checks: [unknown, unknown][] = [];
    for (let round = 0; round < 12; round++) {
      const { rooms } = (round % 2 === 0 ? one : two).realtime;
      const read = await rooms.read(sceneId, documentToJson);
      const doc = new Y.Doc();
      for (const update of await updatesUpTo(sceneId, read.seq)) Y.applyUpdate(doc, update);
      checks.push([documentToJson(doc), read.value]);
    }
    writing = false;
    await written;
    for (const [stored, seen] of checks) expect(seen).toEqual(stored);
    expect(checks.at(-1)?.[0]).not.toEqual(checks[0]?.[0]);
    await leave(ada, bob);
  });

  const updatesUpTo = async (sceneId: string, seq: number): Promise<Uint8Array[]> => {
    const { rows } = await one.database.query<{ data: Uint8Array }>(
      'SELECT data FROM scene_updates WHERE scene_id = $1 AND seq <= $2 ORDER BY seq',
      [sceneId, seq],
    );
    return rows.flatMap(({ data }) => decodeRow(data));
  };

  it('CLU-7: whoever has written on one server reads it on the other', async () => {
    const sceneId = await one.createScene();
    const bob = await two.open(sceneId);
    one.bus.cut();
    two.bus.cut();
    for (let at = 0; at < 5; at++) {
      const { seq } = await one.realtime.rooms.edit(sceneId, ADA, (doc) => putNode(doc, 'k', at));
      const read = await two.realtime.rooms.read(sceneId, (doc) =>
        (doc.getMap('nodes').get('k') as Y.Map<unknown>).get('value'),
      );
      expect([read.value, read.seq]).toEqual([at, seq]);
    }
    one.bus.heal();
    two.bus.heal();
    await leave(bob);
  });

  it('CLU-8: of edits at the same position through several servers one succeeds, and what is refused is not seen', async () => {
    const { sceneId, ada, bob } = await open();
    let seq = (await one.realtime.rooms.read(sceneId, () => undefined)).seq;
    for (let round = 0; round < 8; round++) {
      const tries = await Promise.allSettled(
        [one, two, one, two].map((server, at) =>
          server.realtime.rooms.edit(sceneId, ADA, (doc) => putNode(doc, `r${round}-${at}`, at), {
            ifSeq: seq,
          }),
        ),
      );
      const won = tries.flatMap((result) => (result.status === 'fulfilled' ? [result.value.seq] : []));
      expect(won).toEqual([seq + 1]);
      for (const result of tries)
        if (result.status === 'rejected')
          expect(result.reason).toMatchObject({ code: 'precondition_failed' });
      seq += 1;
    }
    const { value } = await two.realtime.rooms.read(sceneId, (doc) => doc.getMap('nodes').size);
    expect(value).toBe(8);
    await ada.until(() => nodesOf(ada).size === 8);
    await bob.until(() => nodesOf(bob).size === 8);
    expect([nodesOf(ada).size, nodesOf(bob).size]).toEqual([8, 8]);
    await leave(ada, bob);
  });

  it('CLU-8: an edit at a position that another server has left is refused, though the bus is cut', async () => {
    const { sceneId, ada, bob } = await open();
    const { seq } = await two.realtime.rooms.read(sceneId, () => undefined);
    two.bus.cut();
    putNode(ada.doc, 'meanwhile', 1);
    await ada.allSaved();
    const late = two.realtime.rooms.edit(sceneId, ADA, (doc) => putNode(doc, 'late', 1), {
      ifSeq: seq,
    });
    await expect(late).rejects.toMatchObject({ code: 'precondition_failed' });
    two.bus.heal();
    expect(nodesOf(bob).has('late')).toBe(false);
    await leave(ada, bob);
  });

  it('CLU-8: an edit says when others wrote between what it saw and its position', async () => {
    const { sceneId, ada, bob } = await open();
    const quiet = await one.realtime.rooms.edit(sceneId, ADA, (doc) => putNode(doc, 'quiet', 1));
    expect(quiet.exact).toBe(true);
    two.bus.loses = () => true;
    putNode(bob.doc, 'unheard', 1);
    await bob.allSaved();
    let changed = (): void => undefined;
    const isChanged = new Promise<void>((resolve) => (changed = resolve));
    const edit = one.realtime.rooms.edit(sceneId, ADA, (doc) => {
      void one.database.hold();
      changed();
      return putNode(doc, 'mine', 1);
    });
    await isChanged;
    putNode(bob.doc, 'unheard-too', 1);
    await bob.allSaved();
    one.database.release();
    const { seq, exact } = await edit;
    expect((await loadScene(one.database, sceneId)).seq).toBe(seq);
    expect(exact).toBe(false);
    two.bus.loses = () => false;
    await leave(ada, bob);
  });

  it('CLU-9: presence is seen across servers, and belongs to whoever announced it', async () => {
    const { sceneId, ada, bob } = await open();
    ada.setPresence({ user: { name: 'Ada', color: '#000' } });
    await bob.until(() => bob.awareness.getStates().has(ada.doc.clientID));
    const carol = await two.open(sceneId, { claims: { sub: 'carol' } });
    await carol.until(() => carol.awareness.getStates().has(ada.doc.clientID));
    // Somebody who joins a server that nobody was on yet hears of everybody.
    const mallory = await two.open(sceneId, { claims: { sub: 'mallory' }, doc: impostor(ada) });
    mallory.awareness.setLocalState({ user: { name: 'not Ada' } });
    for (let clock = 0; clock < 5; clock++) mallory.setPresence({ user: { name: 'not Ada' }, clock });
    bob.setPresence({ here: true });
    await ada.until(() => ada.awareness.getStates().has(bob.doc.clientID));
    expect(bob.awareness.getStates().get(ada.doc.clientID)).toMatchObject({ user: { name: 'Ada' } });
    ada.drop();
    await bob.until(() => !bob.awareness.getStates().has(ada.doc.clientID));
    mallory.drop();
    await leave(bob, carol);
  });

  const impostor = (client: SyncClient): Y.Doc => {
    const doc = new Y.Doc();
    doc.clientID = client.doc.clientID;
    return doc;
  };

  it('CLU-9: who comes back through another server takes their client id along', async () => {
    const { sceneId, ada, bob } = await open();
    ada.setPresence({ at: 'one' });
    await bob.until(() => bob.awareness.getStates().has(ada.doc.clientID));
    const again = await two.open(sceneId, { doc: impostor(ada) });
    again.awareness.meta.set(again.doc.clientID, { clock: 5, lastUpdated: Date.now() });
    again.setPresence({ at: 'two' });
    await bob.until(() => bob.awareness.getStates().get(ada.doc.clientID)?.['at'] === 'two');
    // The old connection ends later, and takes nothing with it.
    const watcher = await one.open(sceneId, { claims: { sub: 'watcher' } });
    await watcher.until(() => watcher.awareness.getStates().get(ada.doc.clientID)?.['at'] === 'two');
    ada.drop();
    bob.setPresence({ later: true });
    await watcher.until(() => watcher.awareness.getStates().has(bob.doc.clientID));
    expect(watcher.awareness.getStates().get(ada.doc.clientID)).toEqual({ at: 'two' });
    again.drop();
    await leave(watcher, bob);
  });

  it('CLU-9: the presence of a server that falls silent goes, and is there again when the server is', async () => {
    const { ada, bob } = await open();
    ada.awareness.on('update', ({ removed }: { removed: number[] }) => {
      // As y-websocket does: a client that is told that it is gone says that it is not.
      if (removed.includes(ada.doc.clientID))
        ada.sendPresence(encodeAwarenessUpdate(ada.awareness, [ada.doc.clientID]));
    });
    ada.setPresence({ here: true });
    await bob.until(() => bob.awareness.getStates().has(ada.doc.clientID));
    two.bus.cut();
    await bob.until(() => !bob.awareness.getStates().has(ada.doc.clientID));
    two.bus.heal();
    await bob.until(() => bob.awareness.getStates().has(ada.doc.clientID));
    expect(bob.awareness.getStates().get(ada.doc.clientID)).toEqual({ here: true });
    await leave(ada, bob);
  });

  it('LOG-7: the scenes table follows the document, also where several servers wrote at one time', async () => {
    const { sceneId, ada, bob } = await open();
    one.bus.cut();
    two.bus.cut();
    putNode(ada.doc, 'by-ada');
    putNode(bob.doc, 'by-bob');
    await Promise.all([ada.allSaved(), bob.allSaved()]);
    const count = async () => (await one.scenes.find('acme', sceneId))?.nodeCount;
    await expect.poll(count, { timeout: 10_000 }).toBe(2);
    await leave(ada, bob);
  });

  it('CLU-10: a scene that is deleted closes its connections on every server', async () => {
    const { sceneId, ada, bob } = await open();
    await one.scenes.delete('acme', sceneId);
    await one.realtime.rooms.evict(sceneId, 'scene_not_found');
    expect(await ada.closed).toEqual({ code: 4404, reason: 'scene_not_found' });
    expect(await bob.closed).toEqual({ code: 4404, reason: 'scene_not_found' });
    const again = await open();
    two.bus.cut();
    await one.scenes.delete('acme', again.sceneId);
    await one.realtime.rooms.evict(again.sceneId, 'scene_not_found');
    expect(await again.bob.closed).toEqual({ code: 4404, reason: 'scene_not_found' });
    two.bus.heal();
  });

  it('CLU-16: a role that is changed through one server holds for connections of every server, also while the bus is away', async () => {
    const { sceneId, ada, bob } = await open();
    const setRole = async (role: string): Promise<void> => {
      await one.database.query(
        `INSERT INTO scene_members (scene_id, subject, role, added_by) VALUES ($1, 'ada', 'owner', 'ada'), ($1, 'bob', $2, 'ada')
         ON CONFLICT (scene_id, subject) DO UPDATE SET role = EXCLUDED.role`,
        [sceneId, role],
      );
      await one.changes.publish(sceneId);
    };
    await setRole('viewer');
    await bob.until(() => bob.welcome?.role === 'viewer');
    await setRole('editor');
    await bob.until(() => bob.welcome?.role === 'editor');
    two.bus.cut();
    await setRole('commenter');
    await bob.until(() => bob.welcome?.role === 'commenter');
    two.bus.heal();
    // The one that is told of it is heard by nobody; the other hears everybody else.
    one.bus.cut();
    await setRole('viewer');
    await bob.until(() => bob.welcome?.role === 'viewer');
    one.bus.heal();
    await leave(ada, bob);
  });

  it('CLU-16: what a server could not tell while it was cut off it tells when it is heard again', async () => {
    const hub = new LocalBus();
    const never = { lostMs: 600_000, connectedMs: 600_000 };
    const buses = [hub, hub].map((each) => new LossyBus(each.join(), new Set()));
    const [here, there] = await Promise.all(
      buses.map((bus) => startRealtime(one.database, { bus, watch: never })),
    );
    const sceneId = await one.createScene();
    const bob = await there?.open(sceneId, { claims: { sub: 'bob' } });
    buses[0]?.cut();
    await here?.members.put(ADA, sceneId, 'bob', { role: 'viewer' });
    buses[0]?.heal();
    await bob?.until(() => bob.welcome?.role === 'viewer');
    for (const server of [here, there]) await server?.stop();
  });

  it('SYNC-40: a client that leaves while it is let in leaves no room behind, also where the database fails at that moment', async () => {
    let left = (): void => undefined;
    const gone = new Promise<void>((resolve) => (left = resolve));
    const metrics = { ...NO_REALTIME_METRICS, ...NO_LOG_METRICS, connectionClosed: () => left() };
    const bus = new LossyBus(new LocalBus().join(), new Set());
    const server = await startRealtime(one.database, { bus, metrics });
    const sceneId = await server.createScene();
    const loads = server.database.hold(/scene_snapshots/);
    const ada = await server.connect(sceneId);
    await loads;
    ada.drop();
    await gone;
    server.database.release();
    const looksUpRole = server.database.hold(/memberRole/);
    await looksUpRole;
    server.database.fail(new Error('away'), /memberRole/);
    server.database.release();
    await expect.poll(() => server.realtime.rooms.size, { interval: 5 }).toBe(0);
    await server.stop();
  });

  it('CLU-11: a server does nothing for scenes that nobody there has open', async () => {
    const sceneId = await one.createScene();
    const ada = await one.open(sceneId);
    const before = two.received();
    for (let at = 0; at < 20; at++) putNode(ada.doc, `k${at}`, at);
    await ada.allSaved();
    expect(two.realtime.rooms.size).toBe(0);
    expect(two.received()).toBe(before);
    await leave(ada);
  });
});
