import { MESSAGE, SYNC_STEP } from '@diorama/shared';
import * as encoding from 'lib0/encoding';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { openLiveScene, untilDoc } from '../support/live-scene.js';
import { startRealtime, startRealtimeOnPglite, type TestRealtime } from '../support/realtime.js';
import { syncFrame } from '../support/sync-client.js';
import { issueToken } from '../support/tokens.js';
import { nodeValues, putNode } from '../support/scene-edits.js';

const MAX_FRAME_BYTES = 100_000;

/** Somebody else's keys are there, and the room answers. */

describe('sync', () => {
  let server: TestRealtime;

  beforeAll(async () => {
    server = await startRealtimeOnPglite({ maxFrameBytes: MAX_FRAME_BYTES });
  });
  afterAll(() => server.stop());

  const provider = async (sceneId: string, name = 'ada') =>
    openLiveScene({ url: server.url, token: await issueToken({ sub: name }) }, sceneId);

  it("SYNC-1: two of y-websocket's own providers edit one scene and see each other's awareness", async () => {
    const sceneId = await server.createScene();
    const ada = await provider(sceneId, 'ada');
    const bob = await provider(sceneId, 'bob');
    putNode(ada.doc, 'from-ada', 1);
    putNode(bob.doc, 'from-bob', 2);
    await untilDoc(ada.doc, (doc) => doc.getMap('nodes').has('from-bob'));
    await untilDoc(bob.doc, (doc) => doc.getMap('nodes').has('from-ada'));
    expect(nodeValues(ada.doc)).toEqual({ 'from-ada': 1, 'from-bob': 2 });
    expect(nodeValues(bob.doc)).toEqual(nodeValues(ada.doc));

    const seen = new Promise<void>((resolve) => {
      bob.provider.awareness.on('change', () => {
        const state = bob.provider.awareness.getStates().get(ada.doc.clientID);
        if ((state as { user?: string } | undefined)?.user === 'Ada') resolve();
      });
    });
    ada.provider.awareness.setLocalStateField('user', 'Ada');
    await seen;

    const gone = new Promise<void>((resolve) => {
      bob.provider.awareness.on('change', ({ removed }: { removed: number[] }) => {
        if (removed.includes(ada.doc.clientID)) resolve();
      });
    });
    ada.close();
    await gone;
    bob.close();
  });

  it('SYNC-2: who joins late gets all of it, and what follows', async () => {
    const sceneId = await server.createScene();
    const ada = await server.open(sceneId);
    for (let at = 0; at < 50; at++) putNode(ada.doc, `n${at}`, at);
    await ada.allSaved();
    const late = await server.open(sceneId, { diorama: false });
    expect(nodeValues(late.doc)).toEqual(nodeValues(ada.doc));
    putNode(ada.doc, 'after', true);
    await late.until(() => late.doc.getMap('nodes').has('after'));
  });

  it('SYNC-2: what was edited offline is exchanged at the next connection', async () => {
    const sceneId = await server.createScene();
    const first = await server.open(sceneId);
    putNode(first.doc, 'online', 1);
    await first.allSaved();
    await first.close();
    putNode(first.doc, 'offline', 2);
    const other = await server.open(sceneId);
    const again = await server.open(sceneId, { doc: first.doc });
    await other.until(() => other.doc.getMap('nodes').has('offline'));
    expect(nodeValues(other.doc)).toEqual({ online: 1, offline: 2 });
    await again.allSaved();
  });

  describe('refusals at the door', () => {
    it('SYNC-3: closes with 4401 without a usable token', async () => {
      const sceneId = await server.createScene();
      const expired = await issueToken({}, Math.floor(Date.now() / 1000) - 60);
      for (const token of [
        '',
        'rubbish',
        expired,
        await issueToken({}, '1h', 'another secret of 32 characters and more'),
      ]) {
        const client = await server.connect(sceneId, { token });
        expect(await client.closed).toEqual({ code: 4401, reason: 'unauthenticated' });
      }
    });

    it('SYNC-3: takes the token from a bearer header too', async () => {
      const client = await server.open(await server.createScene(), { bearer: true });
      expect(client.isOpen).toBe(true);
    });

    it("SYNC-3: closes with 4404 for a scene that is unknown, malformed or another tenant's, all alike", async () => {
      const foreign = await server.createScene('other-tenant');
      for (const sceneId of ['scn_unknown', 'rubbish', '%00', '', foreign]) {
        const client = await server.connect(sceneId);
        expect(await client.closed).toEqual({ code: 4404, reason: 'scene_not_found' });
      }
    });
  });

  describe('bad frames', () => {
    const garbage: Record<string, Uint8Array | string> = {
      'no bytes at all': new Uint8Array(),
      'an unknown message type': new Uint8Array([77]),
      'an unknown sync step': new Uint8Array([MESSAGE.sync, 9, 0]),
      'a length beyond the end': new Uint8Array([MESSAGE.sync, SYNC_STEP.update, 200, 1, 0]),
      'an endless number': new Uint8Array([MESSAGE.sync, SYNC_STEP.update, ...Array<number>(12).fill(255)]),
      'an update that is none': syncFrame(SYNC_STEP.update, new Uint8Array([1, 1, 1, 1, 1, 1, 1])),
      'an empty update': syncFrame(SYNC_STEP.update, new Uint8Array()),
      'a state vector that is none': syncFrame(SYNC_STEP.step1, new Uint8Array([5, 1])),
      'awareness that is none': new Uint8Array([MESSAGE.awareness, 3, 9, 9, 9]),
      'awareness that is not JSON': presence(42, 1, '{'),
      text: 'hello',
    };

    it.each(Object.keys(garbage))('SYNC-4: %s closes the sender alone, with 4400', async (name) => {
      const sceneId = await server.createScene();
      const witness = await server.open(sceneId);
      const sender = await server.open(sceneId);
      sender.webSocket.send(garbage[name] as Uint8Array);
      expect(await sender.closed).toEqual({ code: 4400, reason: 'bad_frame' });
      const next = await server.open(sceneId);
      putNode(next.doc, 'after', name);
      await witness.until(() => witness.doc.getMap('nodes').has('after'));
      expect(nodeValues(witness.doc)).toEqual({ after: name });
    });

    it('SYNC-4: an update that is broken at its end leaves no trace of its beginning', async () => {
      const sceneId = await server.createScene();
      const witness = await server.open(sceneId);
      const sender = await server.open(sceneId);
      const doc = new Y.Doc();
      putNode(doc, 'half', 1);
      const update = Y.encodeStateAsUpdate(doc);
      // The delete set is the last byte: it announces one client, and ends.
      update[update.length - 1] = 1;
      sender.sendUpdate(update);
      expect((await sender.closed).code).toBe(4400);
      await witness.close();
      const reader = await server.open(sceneId);
      expect(nodeValues(reader.doc)).toEqual({});
    });

    it('SYNC-5: an oversized frame closes the sender alone, with 1009', async () => {
      const sceneId = await server.createScene();
      const witness = await server.open(sceneId);
      const sender = await server.open(sceneId);
      expect(sender.welcome?.max_frame_bytes).toBe(MAX_FRAME_BYTES);
      sender.send(new Uint8Array(MAX_FRAME_BYTES + 1));
      expect((await sender.closed).code).toBe(1009);
      const next = await server.open(sceneId);
      putNode(next.doc, 'after', 1);
      await witness.until(() => witness.doc.getMap('nodes').has('after'));
    });
  });

  it('SYNC-6: diorama.v1 is negotiated and greeted with a welcome; others get y-websocket messages alone', async () => {
    const sceneId = await server.createScene();
    const ours = await server.open(sceneId, { claims: { sub: 'ada', name: 'Ada', role: 'editor' } });
    const plain = await server.open(sceneId, { diorama: false });
    putNode(ours.doc, 'a', 1);
    putNode(plain.doc, 'b', 1);
    await ours.until(() => ours.doc.getMap('nodes').has('b'));
    await plain.until(() => plain.doc.getMap('nodes').has('a'));
    await ours.allSaved();
    expect(ours.webSocket.protocol).toBe('diorama.v1');
    expect(ours.received[0]).toBe(MESSAGE.welcome);
    expect(ours.welcome).toEqual({
      scene_id: sceneId,
      principal: 'ada',
      name: 'Ada',
      role: 'editor',
      max_frame_bytes: MAX_FRAME_BYTES,
    });
    expect(plain.webSocket.protocol).toBe('');
    expect(new Set(plain.received)).toEqual(new Set([MESSAGE.sync]));
  });

  it('SYNC-7: frames that are sent before the scene is loaded are handled, in order', async () => {
    const sceneId = await server.createScene();
    void server.database.hold();
    const early = await server.connect(sceneId);
    await new Promise((resolve) => early.webSocket.once('open', resolve));
    for (let at = 0; at < 20; at++) putNode(early.doc, 'last', at);
    server.database.release();
    await early.synced;
    await early.allSaved();
    expect(early.documentFrames).toBeGreaterThanOrEqual(20);
    const other = await server.open(sceneId);
    expect(nodeValues(other.doc)).toEqual({ last: 19 });
  });

  it('SYNC-8: a quiet connection hears something, so that no client takes it for dead', async () => {
    const quiet = await startRealtime(server.database, { pingIntervalMs: 500 });
    const client = await quiet.open(await quiet.createScene(), { diorama: false });
    await client.until(() => client.received.filter((type) => type === MESSAGE.awareness).length >= 3);
    expect(client.isOpen).toBe(true);
    await quiet.stop();
  });

  it('SYNC-8: a client that does not answer pings is cut off, and its presence goes with it', async () => {
    const impatient = await startRealtime(server.database, { pingIntervalMs: 500 });
    const sceneId = await impatient.createScene();
    const dead = await impatient.open(sceneId);
    dead.setPresence({ user: { name: 'Dead', color: 'black' } });
    const witness = await impatient.open(sceneId, { claims: { sub: 'bob' } });
    await witness.until(() => witness.awareness.getStates().has(dead.doc.clientID));
    dead.webSocket.pause();
    await witness.until(() => !witness.awareness.getStates().has(dead.doc.clientID));
    await impatient.stop();
  });

  it('SYNC-8: whatever a client sends is a sign of life, since its pong may wait behind much else', async () => {
    const impatient = await startRealtime(server.database, { pingIntervalMs: 100 });
    const busy = await impatient.open(await impatient.createScene(), { answersPings: false });
    const heardLongEnough = new Promise<string>((resolve) => {
      let pings = 0;
      busy.webSocket.on('ping', () => {
        busy.setPresence({ user: { name: 'Busy', color: 'black' } });
        if (++pings > 12) resolve('open');
      });
    });
    const silent = await impatient.open(await impatient.createScene(), { answersPings: false });
    expect(await silent.closed).toMatchObject({ code: 1006 });
    expect(await Promise.race([heardLongEnough, busy.closed])).toBe('open');
    await impatient.stop();
  });
});

function presence(client: number, clock: number, state: string): Uint8Array {
  const update = encoding.createEncoder();
  encoding.writeVarUint(update, 1);
  encoding.writeVarUint(update, client);
  encoding.writeVarUint(update, clock);
  encoding.writeVarString(update, state);
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MESSAGE.awareness);
  encoding.writeVarUint8Array(encoder, encoding.toUint8Array(update));
  return encoding.toUint8Array(encoder);
}
