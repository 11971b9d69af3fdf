import { Diorama, type DioramaError, type SceneSession } from '@diorama/client-sdk/node';
import type { Role } from '@diorama/shared';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { issueToken, JWT_SECRET } from '../support/tokens.js';

const PATIENCE = { timeout: 20_000 };

let server: ServerProcess;
let ada: Diorama;
let sessions: SceneSession[] = [];

beforeAll(async () => {
  server = await startServer({
    env: { RENDER_WORKERS: '0', DEMO: 'false', AUTH_JWT_SECRET: JWT_SECRET, WS_TOKEN_GRACE_MS: '60000' },
  });
  ada = new Diorama({ url: server.url, token: await issueToken({ sub: 'ada', name: 'Ada' }) });
});
afterEach(() => {
  for (const session of sessions) session.close();
  sessions = [];
});
afterAll(() => server.stop());

const newScene = async () => (await ada.scenes.create({ name: 'ours' })).scene_id;
const client = async (sub: string) =>
  new Diorama({ url: server.url, token: await issueToken({ sub, role: 'owner' }) });
const soon = () => Math.floor(Date.now() / 1000) + 4;

async function open(diorama: Diorama, sceneId: string): Promise<SceneSession> {
  const session = diorama.connect(sceneId);
  sessions.push(session);
  await session.synced;
  return session;
}

const add = (session: SceneSession, id: string) => session.edit((doc) => doc.addNode({ kind: 'group' }, id));

describe('access in the SDK', () => {
  it('SDK-28: members and links are read and changed as REST knows them, whatever subjects look like', async () => {
    const sceneId = await newScene();
    const subject = 'auth0|a/b c?d#e%2F';
    expect(await ada.scenes.members(sceneId)).toMatchObject({ items: [], access: 'tenant' });
    expect(await ada.scenes.setMember(sceneId, subject, { role: 'viewer', name: 'Bob' })).toMatchObject({
      subject,
      role: 'viewer',
      name: 'Bob',
    });
    const everybody: string[] = [];
    for await (const member of ada.scenes.allMembers(sceneId, { limit: 1 })) everybody.push(member.subject);
    expect(everybody.sort()).toEqual(['ada', subject]);
    await ada.scenes.removeMember(sceneId, subject);
    await expect(ada.scenes.removeMember(sceneId, subject)).rejects.toMatchObject({
      code: 'member_not_found',
    });

    const link = await ada.scenes.createShareLink(sceneId, { role: 'viewer', expires_in: 60 });
    const guest = new Diorama({ url: server.url, token: link.token });
    expect((await guest.scenes.get(sceneId)).role).toBe('viewer');
    expect((await ada.scenes.shareLinks(sceneId)).items.map(({ link_id }) => link_id)).toEqual([
      link.link_id,
    ]);
    await ada.scenes.revokeShareLink(sceneId, link.link_id);
    await expect(guest.scenes.get(sceneId)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it.each(['.', '..'])(
    'SDK-28: the parameter %s, which would name another resource, is never sent',
    async (dots) => {
      const sceneId = await newScene();
      await expect(ada.scenes.removeMember(sceneId, dots)).rejects.toMatchObject({ code: 'invalid_request' });
      await expect(ada.scenes.delete(dots)).rejects.toMatchObject({ code: 'invalid_request' });
      expect((await ada.scenes.get(sceneId)).scene_id).toBe(sceneId);
    },
  );

  it('SDK-26: a role that changes is reported, and counts for edits at once', async () => {
    const sceneId = await newScene();
    await ada.scenes.setMember(sceneId, 'bob', { role: 'editor' });
    const bob = await open(await client('bob'), sceneId);
    const roles: Role[] = [];
    bob.on('role', (role) => roles.push(role));
    add(bob, 'a');
    await bob.flushed();
    bob.live.begin(['a']);
    await ada.scenes.setMember(sceneId, 'bob', { role: 'commenter' });
    await vi.waitFor(() => expect(roles).toEqual(['commenter']), PATIENCE);
    expect(bob.readOnly?.code).toBe('read_only');
    expect(bob.live.active).toBe(false);
    expect(() => add(bob, 'b')).toThrow(expect.objectContaining({ code: 'read_only' }) as Error);
    await ada.scenes.setMember(sceneId, 'bob', { role: 'owner' });
    await vi.waitFor(() => expect(roles).toEqual(['commenter', 'owner']), PATIENCE);
    add(bob, 'b');
    await bob.flushed();
  });

  it('SDK-26: who is removed hears it as the end of the session', async () => {
    const sceneId = await newScene();
    await ada.scenes.setMember(sceneId, 'bob', { role: 'editor' });
    const bob = await open(await client('bob'), sceneId);
    const closed = new Promise<DioramaError | undefined>((resolve) => bob.on('closed', resolve));
    await ada.scenes.removeMember(sceneId, 'bob');
    expect((await closed)?.code).toBe('forbidden');
  });

  it('SDK-27: a token that ends is asked for anew, in place', async () => {
    const sceneId = await newScene();
    const token = vi.fn(async () => issueToken({ sub: 'ada' }, token.mock.calls.length > 1 ? '1h' : soon()));
    const session = new Diorama({ url: server.url, token }).connect(sceneId);
    sessions.push(session);
    const welcomes = vi.fn();
    const offline = vi.fn();
    session.on('welcome', welcomes);
    session.on('status', (status) => {
      if (status === 'offline') offline();
    });
    await session.synced;
    await vi.waitFor(() => expect(welcomes).toHaveBeenCalledTimes(2), PATIENCE);
    expect(token).toHaveBeenCalledTimes(2);
    add(session, 'a');
    await session.flushed();
    expect(offline).not.toHaveBeenCalled();
  });

  it('SDK-27: edits that are made while there is no token are kept, and saved when there is one', async () => {
    const sceneId = await newScene();
    let give: (token: string) => void = () => undefined;
    const late = new Promise<string>((resolve) => (give = resolve));
    const token = vi.fn(() => late);
    token.mockImplementationOnce(() => issueToken({ sub: 'ada' }, soon()));
    token.mockImplementationOnce(() => Promise.reject(new Error('the issuer is away')));
    const session = new Diorama({ url: server.url, token }).connect(sceneId);
    sessions.push(session);
    await session.synced;
    // Asked early, then at the end.
    await vi.waitFor(() => expect(token).toHaveBeenCalledTimes(3), PATIENCE);
    add(session, 'kept');
    await vi.waitFor(() => expect(session.error?.message).toContain('has expired'), PATIENCE);
    expect([session.saved, session.status, session.readOnly]).toEqual([false, 'saving', undefined]);
    give(await issueToken({ sub: 'ada' }, '1h'));
    await session.flushed();
    expect(session.error).toBeUndefined();
    expect(Object.keys((await ada.scenes.get(sceneId)).document.nodes)).toEqual(['kept']);
  });
});
