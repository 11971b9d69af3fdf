import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { onlyAttempt } from '../../server/src/http/attempt.js';
import { ADA, startRealtime, startRealtimeOnPglite, type TestRealtime } from '../support/realtime.js';
import type { SyncClient } from '../support/sync-client.js';
import { issueToken } from '../support/tokens.js';

const LATER = '1h';

/** A token with just enough life to be let in with. */
const short = (sub = 'ada', seconds = 4): Promise<string> =>
  issueToken({ sub }, Math.floor(Date.now() / 1000) + seconds);

describe('a token that ends on a live connection', () => {
  let patient: TestRealtime;
  let strict: TestRealtime;

  beforeAll(async () => {
    patient = await startRealtimeOnPglite({ tokenTiming: { graceMs: 60_000 } });
    strict = await startRealtime(patient.database, { tokenTiming: { graceMs: 50 } });
  });
  afterAll(async () => {
    await strict.stop();
    await patient.stop();
  });

  async function openShort(server = patient, sub = 'ada'): Promise<{ sceneId: string; client: SyncClient }> {
    const sceneId = await server.createScene();
    return { sceneId, client: await server.open(sceneId, { token: await short(sub) }) };
  }
  const isExpired = (client: SyncClient) => client.tokenRequests.some(({ reason }) => reason === 'expired');

  // Tokens live for seconds at least: those who wait for the end of theirs do so together.
  describe.concurrent('waited for', () => {
    it('ACC-19: is asked for before it ends, and the connection goes on with the next one', async () => {
      const { client } = await openShort();
      await client.until(() => client.tokenRequests.length === 1);
      expect(client.tokenRequests[0]?.reason).toBe('expiring');
      expect(client.tokenRequests[0]?.deadline_ms).toBeGreaterThan(60_000);
      client.sendToken(await short());
      await client.until(() => client.roles.length === 2);
      // The second token is watched over in its turn, and the first has been forgotten.
      await client.until(() => client.tokenRequests.length === 2);
      expect(client.tokenRequests[1]?.reason).toBe('expiring');
      client.doc.getMap('nodes').set('a', new Y.Map([['kind', 'group']]));
      await client.allSaved();
      expect(client.refused).toEqual([]);
    });

    it('ACC-20: nothing is written after the end, and all of it once another token has come', async () => {
      const { sceneId, client } = await openShort();
      const witness = await patient.open(sceneId);
      await client.until(() => isExpired(client));
      client.doc.getMap('nodes').set('late', new Y.Map([['kind', 'group']]));
      await client.until(() => client.refused.length > 0);
      expect(client.refused[0]).toMatchObject({ code: 'unauthenticated', frame: client.documentFrames });
      expect(witness.doc.getMap('nodes').has('late')).toBe(false);
      client.sendToken(await issueToken({}, LATER));
      await witness.until(() => witness.doc.getMap('nodes').has('late'));
      await client.allSaved();
      expect(client.roles).toEqual(['owner', 'owner']);
    });

    it('ACC-20: a connection without another token is closed with 4401', async () => {
      const { client } = await openShort(strict);
      expect(await client.closed).toEqual({ code: 4401, reason: 'unauthenticated' });
      expect(client.tokenRequests.map(({ reason }) => reason)).toEqual(['expiring', 'expired']);
    });

    it('ACC-21: a plain y-websocket client is closed with 4401 when its token ends', async () => {
      const sceneId = await patient.createScene();
      const client = await patient.open(sceneId, { token: await short(), diorama: false });
      expect(await client.closed).toEqual({ code: 4401, reason: 'unauthenticated' });
      expect(client.received.every((type) => type < 100)).toBe(true);
    });

    it('ACC-22: a token that has expired meanwhile changes nothing', async () => {
      const { client } = await openShort();
      await client.until(() => isExpired(client));
      client.sendToken(await short('ada', -60));
      client.sendToken(await issueToken({}, LATER));
      await client.until(() => client.roles.length === 2);
      client.doc.getMap('nodes').set('a', new Y.Map([['kind', 'group']]));
      await client.allSaved();
    });
  });

  it('ACC-22: the role of the next token counts, with that of the member', async () => {
    const sceneId = await patient.createScene();
    await patient.members.put(ADA, sceneId, 'bob', { role: 'editor' });
    const bob = await patient.open(sceneId, { claims: { sub: 'bob', role: 'viewer' } });
    bob.sendToken(await issueToken({ sub: 'bob', role: 'commenter' }));
    await bob.until(() => bob.welcome?.role === 'commenter');
    bob.sendToken(await issueToken({ sub: 'bob', role: 'owner' }));
    await bob.until(() => bob.welcome?.role === 'editor');
    bob.sendToken(await issueToken({ sub: 'bob', role: 'viewer' }));
    await bob.until(() => bob.welcome?.role === 'viewer');
    bob.doc.getMap('nodes').set('x', new Y.Map([['kind', 'group']]));
    await bob.until(() => bob.refused.length > 0);
    expect(bob.refused[0]?.code).toBe('read_only');
  });

  it('ACC-22: a token of another person, of another tenant, or of a link closes with 4403', async () => {
    const sceneId = await patient.createScene();
    const link = await patient.links.create(ADA, sceneId, { role: 'editor' }, onlyAttempt());
    for (const token of [
      await issueToken({ sub: 'bob' }),
      await issueToken({ sub: 'ada', tenant: 'evil' }),
      link.token,
    ]) {
      const client = await patient.open(sceneId);
      client.sendToken(token);
      expect(await client.closed).toEqual({ code: 4403, reason: 'forbidden' });
    }
    const other = await patient.createScene();
    const elsewhere = await patient.links.create(ADA, other, { role: 'editor' }, onlyAttempt());
    const guest = await patient.open(sceneId, { token: link.token });
    guest.sendToken(elsewhere.token);
    expect((await guest.closed).code).toBe(4403);
  });

  it('ACC-22: a forged token closes with 4401', async () => {
    const sceneId = await patient.createScene();
    const forger = await patient.open(sceneId);
    forger.sendToken(await issueToken({}, LATER, 'another-secret-of-thirty-two-characters-or-more'));
    expect(await forger.closed).toEqual({ code: 4401, reason: 'unauthenticated' });
  });

  it('ACC-22: a guest goes on as the same guest', async () => {
    const sceneId = await patient.createScene();
    const { token } = await patient.links.create(ADA, sceneId, { role: 'viewer' }, onlyAttempt());
    const guest = await patient.open(sceneId, { token });
    const principal = guest.welcome?.principal;
    guest.sendToken(token);
    await guest.until(() => guest.roles.length === 2);
    expect(guest.welcome?.principal).toBe(principal);
  });

  it('ACC-22: a token is taken while the roles cannot be looked up, which is done when they can', async () => {
    const { sceneId, client } = await openShort();
    await client.until(() => client.tokenRequests.length === 1);
    patient.database.fail(new Error('away'), /jsonb_agg/);
    client.sendToken(await issueToken({}, LATER));
    await client.until(() => client.roles.length === 2);
    patient.database.fail();
    await patient.members.put(ADA, sceneId, 'bob', { role: 'viewer' });
    client.doc.getMap('nodes').set('a', new Y.Map([['kind', 'group']]));
    await client.allSaved();
    expect(client.refused).toEqual([]);
  });
});
