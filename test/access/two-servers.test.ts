import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalBus } from '../../server/src/adapters/local-bus/local-bus.js';
import { LogBus } from '../../server/src/adapters/log-bus/log-bus.js';
import { onlyAttempt } from '../../server/src/http/attempt.js';
import { startMigratedPglite, type TestPglite } from '../support/pglite.js';
import { ADA, startRealtime, type ConnectOptions, type TestRealtime } from '../support/realtime.js';

const as = (sub: string): ConnectOptions => ({ claims: { sub } });

describe('roles that change on another server', () => {
  let pglite: TestPglite;
  let here: TestRealtime;
  let there: TestRealtime;
  let deaf: TestRealtime;

  beforeAll(async () => {
    pglite = await startMigratedPglite();
    const bus = new LocalBus();
    // Hours go by until these look for themselves: what they know they have heard.
    const watch = { connectedMs: 3_600_000 };
    here = await startRealtime(pglite.database, { bus: bus.join(), watch });
    there = await startRealtime(pglite.database, { bus: bus.join(), watch });
    // A server that hears of nobody looks for itself, at a slower pace.
    deaf = await startRealtime(pglite.database, { bus: new LogBus(), watch: { lostMs: 20 } });
  });
  afterAll(async () => {
    for (const server of [here, there, deaf]) await server.stop();
    await pglite.stop();
  });

  it.each(['heard of over the bus', 'found by looking'])('ACC-12: a new role is %s', async (how) => {
    const other = how === 'found by looking' ? deaf : there;
    const sceneId = await here.createScene();
    await here.members.put(ADA, sceneId, 'bob', { role: 'editor' });
    const bob = await other.open(sceneId, as('bob'));
    const { token } = await link(sceneId);
    const carol = await other.open(sceneId, { token });
    const plainBob = await other.open(sceneId, { ...as('bob'), diorama: false });
    const plainCarol = await other.open(sceneId, { token, diorama: false });
    await here.members.put(ADA, sceneId, 'bob', { role: 'viewer' });
    await bob.until(() => bob.welcome?.role === 'viewer');
    await here.members.remove(ADA, sceneId, 'bob');
    for (const each of [bob, plainBob])
      expect(await each.closed).toEqual({ code: 4403, reason: 'forbidden' });
    const [only] = await here.links.list(ADA, sceneId, { limit: 1, after: null });
    await here.links.revoke(ADA, sceneId, only?.linkId ?? '');
    for (const each of [carol, plainCarol])
      expect(await each.closed).toEqual({ code: 4403, reason: 'forbidden' });
  });

  const link = (sceneId: string) => here.links.create(ADA, sceneId, { role: 'viewer' }, onlyAttempt());
});
