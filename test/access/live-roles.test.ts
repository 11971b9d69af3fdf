import { newShareLinkId } from '@diorama/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { LinkTokens } from '../../server/src/access/link-tokens.js';
import { onlyAttempt } from '../../server/src/http/attempt.js';
import {
  ADA,
  startRealtimeOnPglite,
  TENANT,
  type ConnectOptions,
  type TestRealtime,
} from '../support/realtime.js';
import { putNode } from '../support/scene-edits.js';
import { JWT_SECRET } from '../support/tokens.js';

const as = (sub: string, role?: string): ConnectOptions => ({ claims: { sub, ...(role && { role }) } });

describe('roles on live connections', () => {
  let server: TestRealtime;

  beforeAll(async () => {
    server = await startRealtimeOnPglite();
  });
  afterAll(() => server.stop());

  const put = (sceneId: string, subject: string, role: 'owner' | 'editor' | 'commenter' | 'viewer') =>
    server.members.put(ADA, sceneId, subject, { role });

  async function linkTo(sceneId: string, role: 'editor' | 'viewer', expires_in = 3600): Promise<string> {
    return (await server.links.create(ADA, sceneId, { role, expires_in }, onlyAttempt())).token;
  }

  it('ACC-12: a role that is narrowed counts at once, is told by another welcome, and what follows is refused', async () => {
    const sceneId = await server.createScene();
    await put(sceneId, 'bob', 'editor');
    const ada = await server.open(sceneId, as('ada'));
    const bob = await server.open(sceneId, as('bob'));
    expect(bob.welcome?.role).toBe('editor');
    putNode(bob.doc, 'a');
    await bob.allSaved();

    await put(sceneId, 'bob', 'viewer');
    await bob.until(() => bob.roles.length === 2);
    expect(bob.roles).toEqual(['editor', 'viewer']);
    putNode(bob.doc, 'b');
    await bob.until(() => bob.refused.length > 0);
    expect(bob.refused[0]).toMatchObject({ code: 'read_only' });
    bob.setPresence({ here: true });
    await ada.until(() => ada.awareness.getStates().has(bob.doc.clientID));
    expect([...ada.doc.getMap('nodes').keys()]).toEqual(['a']);
    expect(ada.roles).toEqual(['owner']);
  });

  it('ACC-12: a role that is widened counts at once, but never beyond the token', async () => {
    const sceneId = await server.createScene();
    await put(sceneId, 'bob', 'viewer');
    const bob = await server.open(sceneId, as('bob'));
    const limited = await server.open(sceneId, as('bob', 'commenter'));
    expect(limited.welcome?.role).toBe('viewer');
    await put(sceneId, 'bob', 'editor');
    await bob.until(() => bob.welcome?.role === 'editor');
    await limited.until(() => limited.welcome?.role === 'commenter');
    putNode(bob.doc, 'a');
    await bob.allSaved();
    expect(bob.refused).toEqual([]);
  });

  it('ACC-12: plain y-websocket clients get no welcome, and are narrowed all the same', async () => {
    const sceneId = await server.createScene();
    await put(sceneId, 'bob', 'editor');
    const bob = await server.open(sceneId, { ...as('bob'), diorama: false });
    await put(sceneId, 'bob', 'viewer');
    putNode(bob.doc, 'b');
    await bob.until(() => bob.denied.length > 0);
    expect(bob.received.every((type) => type < 100)).toBe(true);
  });

  it('ACC-13: who is removed is closed with 4403, and who then comes back with 4404', async () => {
    const sceneId = await server.createScene();
    await put(sceneId, 'bob', 'editor');
    const bob = await server.open(sceneId, as('bob'));
    await server.members.remove(ADA, sceneId, 'bob');
    expect(await bob.closed).toEqual({ code: 4403, reason: 'forbidden' });
    const again = await server.connect(sceneId, as('bob'));
    expect(await again.closed).toEqual({ code: 4404, reason: 'scene_not_found' });
  });

  it('ACC-13: the first member closes the connections of all others of the tenant', async () => {
    const sceneId = await server.createScene();
    const ada = await server.open(sceneId, as('ada'));
    const eve = await server.open(sceneId, as('eve'));
    const bob = await server.open(sceneId, as('bob'));
    await put(sceneId, 'bob', 'viewer');
    expect((await eve.closed).code).toBe(4403);
    await bob.until(() => bob.welcome?.role === 'viewer');
    expect(ada.isOpen).toBe(true);
  });

  it('ACC-13: who is being let in while roles change gets in with the new one, or not at all', async () => {
    const sceneId = await server.createScene();
    await put(sceneId, 'bob', 'editor');
    await put(sceneId, 'carol', 'editor');
    // The scene takes its time to load, after the roles were looked up.
    const loading = server.database.hold(/scene_updates/);
    const bob = await server.connect(sceneId, as('bob'));
    const carol = await server.connect(sceneId, as('carol'));
    await loading;
    await put(sceneId, 'bob', 'viewer');
    await server.members.remove(ADA, sceneId, 'carol');
    server.database.release();
    await bob.synced;
    expect(bob.roles).toEqual(['viewer']);
    expect((await carol.closed).code).toBe(4404);
  });

  it('ACC-13: roles that cannot be looked up for now are looked up later', async () => {
    const sceneId = await server.createScene();
    await put(sceneId, 'bob', 'editor');
    const bob = await server.open(sceneId, as('bob'));
    server.database.fail(new Error('away'), /jsonb_agg/);
    await put(sceneId, 'bob', 'viewer');
    server.database.fail();
    await bob.until(() => bob.welcome?.role === 'viewer');
  });

  it('ACC-15: a link opens its scene with its role, and a revoked one closes its connections with 4403', async () => {
    const sceneId = await server.createScene();
    await put(sceneId, 'bob', 'editor');
    const { link, token } = await server.links.create(ADA, sceneId, { role: 'viewer' }, onlyAttempt());
    const other = await server.open(sceneId, { token: await linkTo(sceneId, 'editor') });
    const guest = await server.open(sceneId, { token });
    expect(guest.welcome).toMatchObject({ role: 'viewer', name: 'Guest' });
    putNode(guest.doc, 'x');
    await guest.until(() => guest.refused.length > 0);
    await server.links.revoke(ADA, sceneId, link.linkId);
    expect(await guest.closed).toEqual({ code: 4403, reason: 'forbidden' });
    const again = await server.connect(sceneId, { token });
    expect(await again.closed).toEqual({ code: 4401, reason: 'unauthenticated' });
    expect(other.isOpen).toBe(true);
  });

  it("ACC-16: two guests of one link are two people: neither changes or removes the other's presence", async () => {
    const sceneId = await server.createScene();
    const token = await linkTo(sceneId, 'viewer');
    const ada = await server.open(sceneId, as('ada'));
    const victim = await server.open(sceneId, { token });
    victim.setPresence({ name: 'victim' });
    await ada.until(() => ada.awareness.getStates().has(victim.doc.clientID));
    const doc = new Y.Doc();
    doc.clientID = victim.doc.clientID;
    const thief = await server.open(sceneId, { token, doc });
    expect(thief.welcome?.principal).not.toBe(victim.welcome?.principal);
    for (let at = 0; at < 5; at++) thief.setPresence({ name: `thief ${at}` });
    thief.setPresence(null);
    // Behind the thief's messages in the same connection; what the room says of presence comes in order.
    const witness = new Y.Doc();
    const honest = await server.open(sceneId, { token, doc: witness });
    honest.setPresence({ name: 'honest' });
    await ada.until(() => ada.awareness.getStates().has(witness.clientID));
    expect(ada.awareness.getStates().get(victim.doc.clientID)).toEqual({ name: 'victim' });
  });

  it('ACC-15: a link whose row is gone does not work, however well it is signed', async () => {
    const sceneId = await server.createScene();
    const tokens = new LinkTokens({ secret: JWT_SECRET });
    const token = await tokens.sign({ linkId: newShareLinkId(), sceneId }, new Date(Date.now() + 3_600_000));
    const guest = await server.connect(sceneId, { token });
    expect((await guest.closed).code).toBe(4401);
  });

  it('ACC-15: a link does not open another scene', async () => {
    const [mine, other] = [await server.createScene(), await server.createScene()];
    const guest = await server.connect(other, { token: await linkTo(mine, 'editor') });
    expect(await guest.closed).toEqual({ code: 4404, reason: 'scene_not_found' });
  });

  it('ACC-13: a scene that is deleted elsewhere closes its connections when the news arrives', async () => {
    const sceneId = await server.createScene();
    const ada = await server.open(sceneId, as('ada'));
    await server.scenes.delete(TENANT, sceneId);
    await server.changes.publish(sceneId);
    expect(await ada.closed).toEqual({ code: 4404, reason: 'scene_not_found' });
  });
});
