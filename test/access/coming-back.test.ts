import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { onlyAttempt } from '../../server/src/http/attempt.js';
import {
  ADA,
  type ConnectOptions,
  startRealtime,
  startRealtimeOnPglite,
  type TestRealtimeOnPglite,
} from '../support/realtime.js';
import { nodeValues, putNode } from '../support/scene-edits.js';
import type { SyncClient } from '../support/sync-client.js';

const SESSION = 'a-session-of-its-own-1';

/** The network of a client is gone: nothing is read nor written any more, and the server is not told. */
function hang(client: SyncClient): void {
  client.webSocket.pause();
  (client.webSocket as unknown as { readonly _socket: { cork(): void } })._socket.cork();
}

describe('a client that comes back while its old connection hangs', () => {
  let server: TestRealtimeOnPglite;
  let sceneId: string;
  let token: string;
  let witness: SyncClient;

  beforeAll(async () => {
    server = await startRealtimeOnPglite();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    sceneId = await server.createScene();
    token = (await server.links.create(ADA, sceneId, { role: 'editor' }, onlyAttempt())).token;
    witness = await server.open(sceneId, { claims: { sub: 'ada' } });
  });

  const guest = (options: ConnectOptions = {}): Promise<SyncClient> =>
    server.open(sceneId, { token, ...options });

  /** Writes, hangs, writes without a connection, and comes back. */
  async function comesBack(first: SyncClient, options: ConnectOptions): Promise<SyncClient> {
    const { doc } = first;
    putNode(doc, 'before', 1);
    first.setPresence({ user: { name: 'Guest', color: 'red' } });
    await witness.until(() => witness.doc.getMap('nodes').has('before'));
    hang(first);
    putNode(doc, 'meanwhile', 2);
    const second = await server.open(sceneId, { ...options, doc });
    putNode(doc, 'after', 3);
    return second;
  }

  it('ACC-23: a guest whose session is named is the guest that was there, at once', async () => {
    const back = await comesBack(await guest({ session: SESSION }), { token, session: SESSION });
    await back.allSaved();
    await witness.until(() => witness.doc.getMap('nodes').size === 3);
    expect(back.refused).toEqual([]);
    expect(nodeValues(witness.doc)).toEqual({ before: 1, meanwhile: 2, after: 3 });
  });

  it('ACC-23: so is a member', async () => {
    const bob = { claims: { sub: 'bob' } };
    const back = await comesBack(await server.open(sceneId, bob), bob);
    await back.allSaved();
    await witness.until(() => witness.doc.getMap('nodes').size === 3);
    expect(back.refused).toEqual([]);
    expect(nodeValues(witness.doc)).toEqual({ before: 1, meanwhile: 2, after: 3 });
  });

  it('ACC-24: of guests who name no session, a connection that gives no sign of life gives way to another that has its client id', async () => {
    const first = await guest({ diorama: false });
    const back = await comesBack(first, { token, diorama: false });
    await witness.until(() => witness.doc.getMap('nodes').size === 3);
    expect(nodeValues(witness.doc)).toEqual({ before: 1, meanwhile: 2, after: 3 });
    expect(back.isOpen).toBe(true);
    first.webSocket.resume();
    expect((await first.closed).code).toBe(1006);
  });

  it('ACC-24: the presence of one that gives no sign of life goes as well, for who comes with its client id', async () => {
    const first = await guest({ diorama: false });
    first.setPresence({ user: { name: 'Guest', color: 'red' } });
    const id = first.doc.clientID;
    await witness.until(() => witness.awareness.getStates().has(id));
    hang(first);
    const back = await guest({ diorama: false, doc: first.doc });
    back.setPresence({ user: { name: 'Guest again', color: 'red' } });
    await witness.until(() => !witness.awareness.getStates().has(id));
    back.setPresence({ user: { name: 'Guest again', color: 'red' } });
    await witness.until(() => witness.awareness.getStates().has(id));
  });

  it('ACC-24: a connection that lives keeps its client id, whoever claims it', async () => {
    for (const options of [{ diorama: false }, { session: SESSION }]) {
      const victim = await guest(options);
      putNode(victim.doc, 'mine', 1);
      await witness.until(() => witness.doc.getMap('nodes').has('mine'));
      const forged = new Y.Doc();
      Y.applyUpdate(forged, Y.encodeStateAsUpdate(victim.doc));
      forged.clientID = victim.doc.clientID;
      const before = Y.encodeStateVector(forged);
      putNode(forged, 'forged', 1);
      const eve = await guest();
      const pinged = new Promise((resolve) => victim.webSocket.once('ping', resolve));
      eve.sendUpdate(Y.encodeStateAsUpdate(forged, before));
      await eve.until(() => eve.refused.length > 0);
      expect(eve.refused[0]?.code).toBe('client_id_taken');
      // Who has named a session is not even asked.
      if ('diorama' in options) await pinged;
      putNode(victim.doc, 'mine too', 1);
      await witness.until(() => witness.doc.getMap('nodes').has('mine too'));
      expect(witness.doc.getMap('nodes').has('forged')).toBe(false);
      expect(victim.isOpen).toBe(true);
      await eve.close();
      await victim.close();
    }
  });

  it('ACC-23: a session is known with its own link alone, and nobody learns it', async () => {
    const { token: other } = await server.links.create(ADA, sceneId, { role: 'editor' }, onlyAttempt());
    const clients = [
      await guest({ session: SESSION }),
      await guest({ session: SESSION }),
      await guest({ session: 'a-session-of-its-own-2' }),
      await guest({ session: 'short' }),
      await guest({ session: 'short' }),
      await guest({ token: other, session: SESSION }),
    ];
    const subjects = clients.map(({ welcome }) => welcome?.principal);
    expect(subjects[0]).toBe(subjects[1]);
    expect(new Set(subjects).size).toBe(5);
    for (const subject of subjects) expect(subject).not.toContain(SESSION);
    for (const client of clients) await client.close();
  });

  it('CHK-13: what carries the client id of somebody who leaves at that moment ends nothing but itself', async () => {
    const slow = await startRealtime(server.pglite, { limits: { fanOutWindowMs: 2_000 } });
    const scene = await slow.createScene();
    const [victim, eve, other] = [
      await slow.open(scene, { claims: { sub: 'victim' } }),
      await slow.open(scene, { claims: { sub: 'eve' } }),
      await slow.open(scene, { claims: { sub: 'ada' } }),
    ];
    victim.setPresence({ user: { name: 'Victim', color: 'blue' } });
    putNode(eve.doc, 'first', 1);
    await other.until(() => other.awareness.getStates().has(victim.doc.clientID));
    const forged = new Y.Doc();
    forged.clientID = victim.doc.clientID;
    putNode(forged, 'forged', 1);
    // It waits for the next tick, and so is judged when the victim leaves.
    eve.sendUpdate(Y.encodeStateAsUpdate(forged));
    const arrived = new Promise((resolve) => eve.webSocket.once('pong', resolve));
    eve.webSocket.ping();
    await arrived;
    victim.drop();
    await other.until(() => !other.awareness.getStates().has(victim.doc.clientID));
    expect([eve.isOpen, other.isOpen]).toEqual([true, true]);
    await slow.stop();
  });
});
