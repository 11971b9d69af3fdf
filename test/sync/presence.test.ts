import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeAwarenessUpdate } from 'y-protocols/awareness';
import { startRealtimeOnPglite, type TestRealtime } from '../support/realtime.js';
import type { SyncClient } from '../support/sync-client.js';

describe('presence', () => {
  let server: TestRealtime;

  beforeAll(async () => {
    server = await startRealtimeOnPglite();
  });
  afterAll(() => server.stop());

  const join = (sceneId: string, sub: string) => server.open(sceneId, { claims: { sub } });
  const stateOf = (seenBy: SyncClient, of: SyncClient) => seenBy.awareness.getStates().get(of.doc.clientID);

  it('SYNC-15: who joins sees who is there, and sees them leave, also when the network just breaks', async () => {
    const sceneId = await server.createScene();
    const ada = await join(sceneId, 'ada');
    ada.setPresence({ cursor: [0, 0, 0] });
    ada.setPresence({ cursor: [1, 2, 3] });
    const bob = await join(sceneId, 'bob');
    await bob.until(() => stateOf(bob, ada)?.cursor !== undefined);
    expect(stateOf(bob, ada)).toEqual({ cursor: [1, 2, 3] });
    ada.drop();
    await bob.until(() => stateOf(bob, ada) === undefined);
  });

  it("SYNC-16: nobody can change or remove another's presence", async () => {
    const sceneId = await server.createScene();
    const ada = await join(sceneId, 'ada');
    const mallory = await join(sceneId, 'mallory');
    const witness = await join(sceneId, 'witness');
    ada.setPresence({ name: 'ada' });
    await mallory.until(() => stateOf(mallory, ada) !== undefined);
    for (const forged of [{ name: 'forged' }, null]) {
      mallory.awareness.states.set(ada.doc.clientID, forged as never);
      mallory.awareness.meta.set(ada.doc.clientID, { clock: 1_000, lastUpdated: 0 });
      if (forged === null) mallory.awareness.states.delete(ada.doc.clientID);
      mallory.sendPresence(encodeAwarenessUpdate(mallory.awareness, [ada.doc.clientID]));
    }
    mallory.setPresence({ name: 'mallory' });
    await witness.until(() => stateOf(witness, mallory) !== undefined);
    expect(stateOf(witness, ada)).toEqual({ name: 'ada' });
  });

  it('SYNC-16: an echo of one who has left does not bring them back', async () => {
    const sceneId = await server.createScene();
    const ada = await join(sceneId, 'ada');
    const echo = await join(sceneId, 'echo');
    const witness = await join(sceneId, 'witness');
    ada.setPresence({ name: 'ada' });
    await echo.until(() => stateOf(echo, ada) !== undefined);
    const heard = encodeAwarenessUpdate(echo.awareness, [ada.doc.clientID]);
    await witness.until(() => stateOf(witness, ada) !== undefined);
    ada.drop();
    await witness.until(() => stateOf(witness, ada) === undefined);
    echo.sendPresence(heard);
    echo.setPresence({ name: 'echo' });
    await witness.until(() => stateOf(witness, echo) !== undefined);
    expect(stateOf(witness, ada)).toBeUndefined();
  });

  it('SYNC-16: who comes back is there again, though their clock stands where it was', async () => {
    const sceneId = await server.createScene();
    const witness = await join(sceneId, 'witness');
    const ada = await join(sceneId, 'ada');
    ada.setPresence({ name: 'ada' });
    await witness.until(() => stateOf(witness, ada) !== undefined);
    ada.drop();
    await witness.until(() => stateOf(witness, ada) === undefined);
    const again = await server.open(sceneId, { doc: ada.doc, claims: { sub: 'ada' } });
    again.awareness.meta.set(again.doc.clientID, ada.awareness.meta.get(ada.doc.clientID) as never);
    again.awareness.on('update', ({ removed }: { removed: number[] }) => {
      // As y-websocket does: a client that is told that it is gone says that it is not.
      if (removed.includes(again.doc.clientID))
        again.sendPresence(encodeAwarenessUpdate(again.awareness, [again.doc.clientID]));
    });
    again.awareness.states.set(again.doc.clientID, { name: 'ada again' });
    again.sendPresence(encodeAwarenessUpdate(again.awareness, [again.doc.clientID]));
    await witness.until(() => stateOf(witness, ada)?.name === 'ada again');
  });

  it('SYNC-17: a presence that is too large closes its sender, and others do not see it', async () => {
    const sceneId = await server.createScene();
    const witness = await join(sceneId, 'witness');
    const big = await join(sceneId, 'big');
    big.setPresence({ name: 'x'.repeat(70_000) });
    expect(await big.closed).toEqual({ code: 1009, reason: 'frame_too_large' });
    const other = await join(sceneId, 'other');
    other.setPresence({ name: 'other' });
    await witness.until(() => stateOf(witness, other) !== undefined);
    expect(stateOf(witness, big)).toBeUndefined();
  });
});
