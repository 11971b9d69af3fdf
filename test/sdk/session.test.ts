import { Diorama, type SceneSession, type SessionStatus } from '@diorama/client-sdk/node';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { issueToken, JWT_SECRET } from '../support/tokens.js';

const ENV = { RENDER_WORKERS: '0', DEMO: 'false', AUTH_JWT_SECRET: JWT_SECRET };
const PATIENCE = { timeout: 15_000 };

let dataDir: string;
let server: ServerProcess;
let ada: Diorama;
let sceneId: string;
let sessions: SceneSession[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'diorama-sdk-'));
  server = await startServer({ env: ENV, dataDir });
  ada = await client({ sub: 'ada', name: 'Ada' });
  sceneId = (await ada.scenes.create({ name: 'Shared' })).scene_id;
});
afterEach(() => {
  for (const session of sessions) session.close();
  sessions = [];
});
afterAll(async () => {
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function client(claims: Parameters<typeof issueToken>[0]): Promise<Diorama> {
  return new Diorama({ url: server.url, token: await issueToken(claims) });
}

function open(diorama = ada, id = sceneId, options?: Parameters<Diorama['connect']>[1]): SceneSession {
  const session = diorama.connect(id, options);
  sessions.push(session);
  return session;
}

async function openSynced(diorama = ada, options?: Parameters<Diorama['connect']>[1]): Promise<SceneSession> {
  const session = open(diorama, sceneId, options);
  await session.synced;
  return session;
}

function until(session: SceneSession, wanted: SessionStatus): Promise<void> {
  return new Promise((resolve) => {
    if (session.status === wanted) resolve();
    session.on('status', (now) => {
      if (now === wanted) resolve();
    });
  });
}

const hasNode = (session: SceneSession, id: string): Promise<void> =>
  vi.waitFor(() => expect(session.scene.node(id)).toBeDefined(), PATIENCE);

describe('two sessions on a real server', () => {
  it('SDK-1: see each other in edits and presence', async () => {
    const a = await openSynced(ada, { user: { name: 'Ada', color: '#e8590c' } });
    const b = await openSynced(await client({ sub: 'bob', name: 'Bob' }), {
      user: { name: 'Bob', color: '#1971c2' },
    });
    const id = a.edit((scene) => scene.addNode({ kind: 'primitive', name: 'box' }));
    await hasNode(b, id);
    a.presence.set({ selection: [id] });
    await vi.waitFor(
      () =>
        expect(b.presence.others.get(a.presence.clientId)).toMatchObject({
          user: { name: 'Ada' },
          selection: [id],
        }),
      PATIENCE,
    );
    expect(b.welcome).toMatchObject({ scene_id: sceneId, principal: 'bob', name: 'Bob' });
    a.close();
    await vi.waitFor(() => expect(b.presence.others.size).toBe(0), PATIENCE);
  });

  it('SDK-4: saved means that REST reads it and that it survives', async () => {
    const session = await openSynced();
    const id = session.edit((scene) => scene.addNode({ kind: 'group', name: 'stored' }));
    expect(session.status).toBe('saving');
    await session.flushed();
    expect(session.status).toBe('saved');
    expect((await ada.scenes.get(sceneId)).document.nodes[id]).toMatchObject({ name: 'stored' });
  });

  it("SDK-11: undo takes back one's own edits only", async () => {
    const [a, b] = [await openSynced(), await openSynced(await client({ sub: 'bob' }))];
    const mine = a.edit((scene) => scene.addNode({ kind: 'group' }));
    await hasNode(b, mine);
    const theirs = b.edit((scene) => scene.addNode({ kind: 'group' }));
    await hasNode(a, theirs);
    a.undo();
    await vi.waitFor(() => expect(b.scene.node(mine)).toBeUndefined(), PATIENCE);
    expect(a.scene.node(theirs)).toBeDefined();
    expect(a.canUndo()).toBe(false);
  });

  it('SDK-15: a gesture of many moves is seen by others on the way, and is one write of the log', async () => {
    const [a, b] = [await openSynced(), await openSynced(await client({ sub: 'bob' }))];
    const id = a.edit((scene) => scene.addNode({ kind: 'primitive' }));
    await a.flushed();
    const { seq } = await ada.scenes.get(sceneId);
    a.live.begin([id]);
    for (let x = 1; x <= 200; x++)
      a.live.move({ [id]: { translation: [x, 0, 0], rotation: [0, 0, 0, 1], scale: [1, 1, 1] } });
    await vi.waitFor(() => expect(b.live.others.get(id)?.translation[0]).toBe(200), PATIENCE);
    expect((await ada.scenes.get(sceneId)).seq).toBe(seq);
    a.live.commit();
    await a.flushed();
    expect((await ada.scenes.get(sceneId)).seq).toBe(seq + 1);
    await vi.waitFor(() => expect(b.scene.node(id)?.pose.translation).toEqual([200, 0, 0]), PATIENCE);
    await vi.waitFor(() => expect(b.live.others.size).toBe(0), PATIENCE);
    a.undo();
    expect(a.scene.node(id)?.pose.translation).toEqual([0, 0, 0]);
  });
});

describe('what a real server refuses', () => {
  it('SDK-7: an unknown scene, and one of another tenant, end the session with scene_not_found', async () => {
    await expect(open(ada, 'scn_unknown').synced).rejects.toMatchObject({ code: 'scene_not_found' });
    const stranger = await client({ sub: 'eve', tenant: 'other' });
    await expect(open(stranger).synced).rejects.toMatchObject({ code: 'scene_not_found' });
  });

  it('SDK-7: a token that is not valid ends the session with unauthenticated', async () => {
    const forged = new Diorama({
      url: server.url,
      token: await issueToken({}, '1h', 'another secret of the same length.'),
    });
    await expect(open(forged).synced).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(forged.session()).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('SDK-8: a viewer reads, and edit() throws before anything is written', async () => {
    const session = await openSynced(await client({ sub: 'vic', role: 'viewer' }));
    expect(session.role).toBe('viewer');
    expect(() => session.edit((scene) => scene.addNode({ kind: 'group' }))).toThrow(
      expect.objectContaining({ code: 'read_only' }) as Error,
    );
    await until(session, 'saved');
  });

  it('SDK-10: whose client id somebody else has goes on under another one', async () => {
    const a = await openSynced();
    const id = a.edit((scene) => scene.addNode({ kind: 'group', name: 'mine' }));
    await a.flushed();
    const b = await openSynced(await client({ sub: 'bob', name: 'Bob' }));
    await hasNode(b, id);
    b.doc.clientID = a.doc.clientID;
    const codes: string[] = [];
    b.on('refused', ({ code }) => codes.push(code));
    const reset = new Promise((resolve) => b.on('reset', resolve));
    b.edit((scene) => scene.addNode({ kind: 'group', name: 'forged' }));
    await reset;
    expect(codes).toEqual(['client_id_taken']);
    const next = b.edit((scene) => scene.addNode({ kind: 'group', name: 'good' }));
    await b.flushed();
    await hasNode(a, next);
    expect([...a.scene.nodes()].map(([, { name }]) => name)).not.toContain('forged');
  });

  it('SDK-10: what a viewer writes past edit() is refused, and the session is back at the state of the server', async () => {
    const editor = await openSynced();
    const viewer = await openSynced(await client({ sub: 'vic', role: 'viewer' }));
    const refused = new Promise((resolve) => viewer.on('refused', resolve));
    const reset = new Promise((resolve) => viewer.on('reset', resolve));
    viewer.scene.addNode({ kind: 'group' }, 'smuggled');
    expect(await refused).toMatchObject({ code: 'read_only' });
    expect(await reset).toBe(viewer.doc);
    expect(viewer.scene.node('smuggled')).toBeUndefined();
    const id = editor.edit((scene) => scene.addNode({ kind: 'group' }));
    await hasNode(viewer, id);
    expect(editor.scene.node('smuggled')).toBeUndefined();
  });
});

describe('a real server that is killed', () => {
  it('SDK-5: edits made before and after are there when it is back, and so are the people', async () => {
    const [a, b] = [
      await openSynced(ada, { user: { name: 'Ada', color: '#f00' } }),
      await openSynced(await client({ sub: 'bob' }), { user: { name: 'Bob', color: '#00f' } }),
    ];
    const before = a.edit((scene) => scene.addNode({ kind: 'group', name: 'before' }));
    await a.flushed();
    await hasNode(b, before);
    const offline = [until(a, 'offline'), until(b, 'offline')];
    await server.kill('SIGKILL');
    await Promise.all(offline);
    expect(b.presence.others.size).toBe(0);
    const byA = a.edit((scene) => scene.addNode({ kind: 'group', name: 'offline a' }));
    const byB = b.edit((scene) => scene.addNode({ kind: 'group', name: 'offline b' }));
    expect(a.saved).toBe(false);
    server = await startServer({ env: { ...ENV, PORT: String(server.port) }, dataDir });
    await Promise.all([a.flushed(), b.flushed()]);
    await Promise.all([hasNode(a, byB), hasNode(b, byA)]);
    await vi.waitFor(() => {
      expect(a.presence.others.get(b.presence.clientId)?.user?.name).toBe('Bob');
      expect(b.presence.others.get(a.presence.clientId)?.user?.name).toBe('Ada');
    }, PATIENCE);
    const { document } = await ada.scenes.get(sceneId);
    expect(Object.keys(document.nodes)).toEqual(expect.arrayContaining([before, byA, byB]));
  }, 120_000);

  it('SDK-13: presence is back at once after a connection is lost while the server lives', async () => {
    const sockets: { terminate(): void }[] = [];
    const { WebSocket } = await import('ws');
    class Watched extends WebSocket {
      constructor(url: string, protocols?: string | string[]) {
        super(url, protocols);
        sockets.push(this);
      }
    }
    const flaky = new Diorama({
      url: server.url,
      token: await issueToken({ sub: 'flo' }),
      WebSocket: Watched,
    });
    const a = await openSynced(flaky, { user: { name: 'Flo', color: '#0f0' } });
    const b = await openSynced();
    const shows = (present: boolean): Promise<void> =>
      vi.waitFor(() => expect(b.presence.others.has(a.presence.clientId)).toBe(present), PATIENCE);
    await shows(true);
    sockets[0]?.terminate();
    await shows(false);
    await shows(true);
    await vi.waitFor(() => expect(a.presence.others.has(b.presence.clientId)).toBe(true), PATIENCE);
  });
});
