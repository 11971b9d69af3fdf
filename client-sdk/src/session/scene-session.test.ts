import { DioramaError, SCHEMA_VERSION, SceneDoc, type Role } from '@diorama/shared';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SyncServer } from '../../test/support/sync-server.js';
import { nextEvent, status } from '../../test/support/until.js';
import { Diorama, type SceneSession } from '../node.js';
import { eventually } from '../../../test/support/eventually.js';

let server: SyncServer;
let sessions: SceneSession[];

beforeEach(async () => {
  server = await new SyncServer().start();
  sessions = [];
});

afterEach(async () => {
  for (const session of sessions) session.close();
  await server.destroy();
});

function open(
  options: Parameters<Diorama['connect']>[1] = {},
  token: () => string = () => 't',
): SceneSession {
  const session = new Diorama({ url: server.url, token }).connect('scn_test', options);
  sessions.push(session);
  return session;
}

async function openSynced(options?: Parameters<Diorama['connect']>[1]): Promise<SceneSession> {
  const session = open(options);
  await session.synced;
  return session;
}

const box = { kind: 'primitive' as const, name: 'box' };
const names = (session: SceneSession): string[] =>
  [...session.scene.nodes().values()].map((n) => n.name).sort();

describe('edits', () => {
  it('SDK-1: two sessions converge, each with its own edit', async () => {
    const [a, b] = [await openSynced(), await openSynced()];
    a.edit((scene) => scene.addNode({ kind: 'group', name: 'from a' }));
    b.edit((scene) => scene.addNode({ kind: 'group', name: 'from b' }));
    await Promise.all([a.flushed(), b.flushed()]);
    await eventually(() => expect(names(a)).toEqual(['from a', 'from b']));
    await eventually(() => expect(names(b)).toEqual(['from a', 'from b']));
  });

  it('SDK-2: the edits of one tick travel in one frame', async () => {
    const session = await openSynced();
    for (let i = 0; i < 50; i++) session.edit((scene) => scene.addNode({ kind: 'group', name: `n${i}` }));
    await session.flushed();
    expect(server.updates).toHaveLength(1);
    expect(server.doc.getMap('nodes').size).toBe(50);
  });

  it('SDK-3: an edit that throws leaves nothing behind, neither in the document nor on the undo stack', async () => {
    const session = await openSynced();
    session.edit((scene) => scene.addNode(box, 'kept'));
    expect(() =>
      session.edit((scene) => {
        scene.addNode(box, 'half');
        scene.setPose('kept', { translation: [Number.NaN, 0, 0] });
      }),
    ).toThrow(DioramaError);
    expect([...session.scene.nodes().keys()]).toEqual(['kept']);
    expect(session.canRedo()).toBe(false);
    session.undo();
    expect(session.scene.nodes().size).toBe(0);
  });
});

describe('saved', () => {
  it('SDK-4: the status is saved only when the server has acknowledged every frame', async () => {
    const session = await openSynced();
    await status(session, 'saved');
    server.acknowledges = false;
    session.edit((scene) => scene.addNode(box));
    expect(session.status).toBe('saving');
    await eventually(() => expect(server.updates).toHaveLength(1));
    expect(session.status).toBe('saving');
    server.acknowledge();
    await status(session, 'saved');
    expect(session.saved).toBe(true);
  });

  it('SDK-4: flushed() waits for the edits before it, not for those after', async () => {
    const session = await openSynced();
    await status(session, 'saved');
    server.acknowledges = false;
    session.edit((scene) => scene.addNode(box));
    const flushed = session.flushed();
    await eventually(() => expect(server.updates).toHaveLength(1));
    server.acknowledge();
    session.edit((scene) => scene.addNode(box));
    await flushed;
    expect(session.saved).toBe(false);
  });

  it('SDK-4: flushed() rejects when the session is closed before the edit is stored', async () => {
    const session = await openSynced();
    server.acknowledges = false;
    session.edit((scene) => scene.addNode(box));
    const flushed = session.flushed();
    session.close();
    await expect(flushed).rejects.toMatchObject({ code: 'session_closed' });
    await eventually(() => expect(server.doc.getMap('nodes').size).toBe(1));
  });
});

describe('what a session says of its edits', () => {
  it('SDK-4: who has nothing to store is saved as soon as the session is in step', async () => {
    server.acknowledges = false;
    const session = await openSynced();
    await session.flushed();
    expect(session.saved).toBe(true);
    expect(session.status).toBe('saved');
  });

  it('SDK-4: whether edits are stored nowhere else is known without a connection, too', async () => {
    const session = await openSynced();
    expect(session.hasUnsavedEdits).toBe(false);
    await server.stop();
    await status(session, 'offline');
    expect(session.hasUnsavedEdits).toBe(false);
    session.edit((scene) => scene.addNode(box));
    expect(session.hasUnsavedEdits).toBe(true);
    await server.start();
    await session.flushed();
    expect(session.hasUnsavedEdits).toBe(false);
  });

  it('SDK-4: the event tells when an edit is no longer, and when it is saved', async () => {
    const session = await openSynced();
    const heard: boolean[] = [];
    session.on('saved', (saved) => {
      expect(session.saved).toBe(saved);
      heard.push(saved);
    });
    session.edit((scene) => scene.addNode(box));
    expect(heard).toEqual([false]);
    await session.flushed();
    await eventually(() => expect(heard).toEqual([false, true]));
    session.close();
    expect(heard).toEqual([false, true, false]);
  });

  it('SDK-4: flushed() of a session that has ended says whether its edits were stored', async () => {
    const session = await openSynced();
    session.edit((scene) => scene.addNode(box));
    await session.flushed();
    session.close();
    await session.flushed();
    const other = await openSynced();
    server.acknowledges = false;
    other.edit((scene) => scene.addNode(box));
    other.close();
    await expect(other.flushed()).rejects.toMatchObject({ code: 'session_closed' });
  });
});

describe('connections that come and go', () => {
  it('SDK-5: edits made offline are kept, sent after the reconnect and acknowledged', async () => {
    const session = await openSynced();
    const other = await openSynced();
    await server.stop();
    await Promise.all([status(session, 'offline'), status(other, 'offline')]);
    session.edit((scene) => scene.addNode({ kind: 'group', name: 'offline' }));
    other.edit((scene) => scene.addNode({ kind: 'group', name: 'also offline' }));
    expect(session.status).toBe('offline');
    expect(session.error?.code).toBe('unreachable');
    await server.start();
    await Promise.all([session.flushed(), other.flushed()]);
    await status(session, 'saved');
    await eventually(() => expect(names(session)).toEqual(['also offline', 'offline']));
    expect(session.error).toBeUndefined();
  });

  it('SDK-5: an edit whose acknowledgement was lost with the connection is sent again', async () => {
    const session = await openSynced();
    await status(session, 'saved');
    server.silent = true;
    session.edit((scene) => scene.addNode(box));
    const flushed = session.flushed();
    await server.stop();
    expect(server.doc.getMap('nodes').size).toBe(0);
    server.silent = false;
    await server.start();
    await flushed;
    expect(server.doc.getMap('nodes').size).toBe(1);
  });

  it('SDK-5: a session that starts while the server is away becomes offline and syncs when it comes', async () => {
    await server.stop();
    const session = open();
    expect(session.status).toBe('connecting');
    await status(session, 'offline');
    session.edit((scene) => scene.addNode(box));
    await server.start();
    await session.synced;
    await session.flushed();
    expect(server.doc.getMap('nodes').size).toBe(1);
  });

  it('SDK-6: a token is asked for anew before each attempt', async () => {
    let asked = 0;
    const session = open({}, () => `token-${++asked}`);
    await session.synced;
    server.hangUp(1012);
    await nextEvent(session, 'synced');
    expect(server.tokens).toEqual(['token-1', 'token-2']);
  });

  it.each([
    [4401, 'unauthenticated'],
    [4403, 'forbidden'],
    [4404, 'scene_not_found'],
    [4409, 'schema_too_new'],
  ])('SDK-7: close code %i ends the session with the error %s', async (code, expected) => {
    server.closeWith = { code, reason: '' };
    const session = open();
    const closed = nextEvent(session, 'closed');
    await expect(session.synced).rejects.toMatchObject({ code: expected });
    expect(await closed).toBe(session.error);
    expect(session.status).toBe('offline');
    expect(() => session.edit((scene) => scene.addNode(box))).toThrow(DioramaError);
  });

  it('SDK-7: a close code that may be retried is retried, and its error is to be seen meanwhile', async () => {
    server.closeWith = { code: 4503, reason: 'scene_load_failed: the snapshot is damaged' };
    const session = open();
    await status(session, 'offline');
    expect(session.error).toMatchObject({ code: 'scene_load_failed', message: 'the snapshot is damaged' });
    server.closeWith = undefined;
    await session.synced;
    expect(session.error).toBeUndefined();
  });

  it('SDK-7: a session that is closed before it is synced says so', async () => {
    const session = open();
    session.close();
    await expect(session.synced).rejects.toMatchObject({ code: 'session_closed' });
  });
});

describe('what may not be written', () => {
  it.each<Role>(['viewer', 'commenter'])(
    'SDK-8: edit() of a %s throws before anything is written',
    async (role) => {
      server.role = role;
      const session = await openSynced();
      await status(session, 'saved');
      const write = vi.fn<() => void>();
      expect(() => session.edit(write)).toThrow(expect.objectContaining({ code: 'read_only' }) as Error);
      expect(write).not.toHaveBeenCalled();
      expect(session.readOnly?.code).toBe('read_only');
      expect(session.commentsReadOnly?.code).toBe(role === 'viewer' ? 'read_only' : undefined);
    },
  );

  it('SDK-8: a viewer who reconnects has nothing to send', async () => {
    server.doc.getMap('nodes').set('n', 'x');
    server.doc.getMap('nodes').delete('n');
    server.role = 'viewer';
    server.acknowledges = false;
    const session = await openSynced();
    server.hangUp(1012);
    await nextEvent(session, 'synced');
    await status(session, 'saved');
  });

  it('SDK-9: a scene of a newer schema opens, and is read-only', async () => {
    server.doc.getMap('scene').set('schemaVersion', SCHEMA_VERSION + 1);
    server.doc.getMap('nodes').set('n', { kind: 'group', name: 'still readable' });
    const session = await openSynced();
    expect(names(session)).toEqual(['still readable']);
    expect(() => session.edit((scene) => scene.addNode(box))).toThrow(
      expect.objectContaining({ code: 'schema_too_new' }) as Error,
    );
  });

  it('SDK-10: a refused edit is reported, and the session goes back to the state of the server', async () => {
    server.doc.getMap('nodes').set('theirs', { kind: 'group', name: 'theirs' });
    const session = await openSynced();
    await status(session, 'saved');
    server.refuseNext = 'invalid_document';
    const refused = nextEvent(session, 'refused');
    const reset = nextEvent(session, 'reset');
    session.edit((scene) => scene.addNode({ kind: 'group', name: 'refused' }));
    const flushed = session.flushed();
    await expect(flushed).rejects.toMatchObject({ code: 'invalid_document' });
    expect(await refused).toMatchObject({ code: 'invalid_document', message: 'The test refuses this' });
    expect(await reset).toBe(session.doc);
    expect(names(session)).toEqual(['theirs']);
    session.edit((scene) => scene.addNode({ kind: 'group', name: 'accepted' }));
    await session.flushed();
    expect(server.doc.getMap('nodes').size).toBe(2);
    session.undo();
    expect(names(session)).toEqual(['theirs']);
  });

  it('SDK-17: an edit that the server cannot take for now is kept, and saved when the server has asked for it again', async () => {
    const session = await openSynced();
    await status(session, 'saved');
    server.refuseNext = 'storage_unavailable';
    session.edit((scene) => scene.addNode({ kind: 'group', name: 'not taken' }));
    await eventually(() => expect(session.error?.code).toBe('storage_unavailable'));
    session.edit((scene) => scene.addNode({ kind: 'group', name: 'after it' }));
    const saved = vi.fn();
    const flushed = session.flushed().then(saved);
    await eventually(() => expect(server.updates).toHaveLength(1));
    session.presence.set({ selection: ['marker'] });
    await eventually(() => expect(server.awarenessFrames).toBeGreaterThan(1));
    expect(session.status).toBe('saving');
    expect(saved).not.toHaveBeenCalled();
    server.askAgain();
    await flushed;
    await status(session, 'saved');
    expect(session.error).toBeUndefined();
    expect(server.doc.getMap('nodes').size).toBe(2);
  });

  it('SDK-10: an edit that is larger than a frame may be is refused without being sent', async () => {
    server.maxFrameBytes = 2_000;
    const session = await openSynced();
    const refused = nextEvent(session, 'refused');
    session.edit((scene) => scene.addNode({ kind: 'group', extras: { text: 'x'.repeat(3_000) } }));
    expect(await refused).toMatchObject({ code: 'frame_too_large' });
    await nextEvent(session, 'reset');
    expect(session.scene.nodes().size).toBe(0);
    expect(server.updates).toHaveLength(0);
  });

  it('SDK-10: edits that are too large only together go in several frames', async () => {
    server.maxFrameBytes = 2_000;
    const session = await openSynced();
    for (let i = 0; i < 4; i++)
      session.edit((scene) => scene.addNode({ kind: 'group', extras: { text: 'x'.repeat(800) } }));
    await session.flushed();
    expect(server.updates.length).toBeGreaterThan(1);
    expect(server.doc.getMap('nodes').size).toBe(4);
  });
});

describe('undo', () => {
  it("SDK-11: undo takes back this session's own edits and nobody else's", async () => {
    const [a, b] = [await openSynced(), await openSynced()];
    a.edit((scene) => scene.addNode({ kind: 'group', name: 'a' }));
    await eventually(() => expect(names(b)).toEqual(['a']));
    b.edit((scene) => scene.addNode({ kind: 'group', name: 'b' }));
    await eventually(() => expect(names(a)).toEqual(['a', 'b']));
    expect(a.undo()).toBe(true);
    expect(a.undo()).toBe(false);
    expect(names(a)).toEqual(['b']);
    await eventually(() => expect(names(b)).toEqual(['b']));
    a.redo();
    await eventually(() => expect(names(b)).toEqual(['a', 'b']));
  });

  it('SDK-11: undo does not overwrite what another person wrote to the same key since', async () => {
    const id = new SceneDoc(server.doc).addNode({ kind: 'group', name: 'first' });
    const [a, b] = [await openSynced(), await openSynced()];
    a.edit((scene) => scene.setNode(id, { name: 'by a' }));
    await eventually(() => expect(names(b)).toEqual(['by a']));
    b.edit((scene) => scene.setNode(id, { name: 'by b' }));
    await eventually(() => expect(names(a)).toEqual(['by b']));
    a.undo();
    expect(names(a)).toEqual(['by b']);
  });

  it('SDK-12: each edit is one step; edits with the same merge key are one step together', async () => {
    const session = await openSynced();
    const states: boolean[] = [];
    session.on('undo-stack', ({ canUndo }) => states.push(canUndo));
    const id = session.edit((scene) => scene.addNode({ kind: 'group', name: '0' }));
    session.edit((scene) => scene.setNode(id, { name: '1' }));
    for (const name of ['2', '3', '4']) session.edit((s) => s.setNode(id, { name }), { merge: 'name' });
    session.stopCapturing();
    session.edit((s) => s.setNode(id, { name: '5' }), { merge: 'name' });
    const undone: string[] = [];
    while (session.undo()) undone.push(names(session).join());
    expect(undone).toEqual(['4', '1', '0', '']);
    expect(states.at(-1)).toBe(false);
    expect(session.canRedo()).toBe(true);
  });
});

describe('presence', () => {
  it('SDK-13: sessions see each other with user, selection and view, until one leaves', async () => {
    const a = await openSynced({ user: { name: 'Ada', color: '#f00' } });
    const b = await openSynced({ user: { name: 'Bob', color: '#00f' } });
    a.presence.set({ selection: ['n1'], cursor: [1, 2, 3] });
    await eventually(() =>
      expect(b.presence.others.get(a.presence.clientId)).toEqual({
        user: { name: 'Ada', color: '#f00' },
        selection: ['n1'],
        cursor: [1, 2, 3],
      }),
    );
    expect(b.presence.others.has(b.presence.clientId)).toBe(false);
    a.close();
    await eventually(() => expect(b.presence.others.size).toBe(0));
  });

  it('SDK-13: others vanish when the connection is lost, and are back after it', async () => {
    const [a, b] = [await openSynced({ user: { name: 'Ada', color: '#f00' } }), await openSynced()];
    await eventually(() => expect(b.presence.others.size).toBe(1));
    await server.stop();
    await status(b, 'offline');
    expect(b.presence.others.size).toBe(0);
    await server.start();
    await eventually(() => expect(b.presence.others.get(a.presence.clientId)?.user?.name).toBe('Ada'));
  });

  it('SDK-13: a foreign client that writes nonsense hides nothing but the nonsense', async () => {
    const [a, b] = [await openSynced(), await openSynced()];
    a.presence.awareness.setLocalState({
      user: { name: 'Ada', color: 'red' },
      cursor: ['x'],
      tool: 'hammer',
    });
    await eventually(() =>
      expect(b.presence.others.get(a.presence.clientId)).toEqual({
        user: { name: 'Ada', color: 'red' },
        tool: 'hammer',
      }),
    );
  });
});

describe('live lane', () => {
  it('SDK-15: a gesture of many moves is one write and one undo step, and others see it on the way', async () => {
    const [a, b] = [await openSynced(), await openSynced()];
    const id = a.edit((scene) => scene.addNode(box));
    await a.flushed();
    const writes = server.updates.length;
    const poseAt = (x: number) => ({
      translation: [x, 0, 0] as [number, number, number],
      rotation: [0, 0, 0, 1] as [number, number, number, number],
      scale: [1, 1, 1] as [number, number, number],
    });
    a.live.begin([id]);
    for (let x = 1; x <= 100; x++) a.live.move({ [id]: poseAt(x) });
    await eventually(() => expect(b.live.others.get(id)?.translation[0]).toBe(100));
    expect(server.updates).toHaveLength(writes);
    expect(b.scene.node(id)?.pose.translation).toEqual([0, 0, 0]);
    a.live.commit();
    await a.flushed();
    expect(server.updates).toHaveLength(writes + 1);
    await eventually(() => expect(b.scene.node(id)?.pose.translation).toEqual([100, 0, 0]));
    await eventually(() => expect(b.live.others.size).toBe(0));
    a.undo();
    expect(a.scene.node(id)?.pose.translation).toEqual([0, 0, 0]);
  });

  it('SDK-15: what a pose leaves out stays as the gesture, or else the document, has it', async () => {
    const session = await openSynced();
    const id = session.edit((s) => s.addNode({ ...box, pose: { scale: [2, 2, 2] } }));
    session.live.move({ [id]: { rotation: [0, 1, 0, 0] } });
    session.live.move({ [id]: { translation: [1, 2, 3] }, gone: { translation: [0, 0, 0] } });
    session.live.commit();
    expect(session.scene.node(id)?.pose).toMatchObject({
      translation: [1, 2, 3],
      rotation: [0, 1, 0, 0],
      scale: [2, 2, 2],
    });
    expect(session.scene.nodes().size).toBe(1);
  });

  it('SDK-15: what is no pose is refused by its pointer, and the gesture goes on without it', async () => {
    const session = await openSynced();
    const [a, b] = session.edit((s) => [s.addNode(box, 'a'), s.addNode(box, 'b')] as const);
    session.live.begin([a, b]);
    session.live.move({ a: { translation: [1, 1, 1] } });
    expect(() =>
      session.live.move({ a: { translation: [2, 2, 2] }, b: { translation: [Number.NaN, 0, 0] } }),
    ).toThrow(
      expect.objectContaining({
        code: 'invalid_document',
        issues: [expect.objectContaining({ pointer: '/b/translation' })],
      }),
    );
    expect(session.live.active).toBe(true);
    session.live.commit();
    expect(session.scene.node(a)?.pose.translation).toEqual([1, 1, 1]);
    expect(session.scene.node(b)?.pose.translation).toEqual([0, 0, 0]);
  });

  it('SDK-15: a cancelled gesture writes nothing', async () => {
    const [a, b] = [await openSynced(), await openSynced()];
    const id = a.edit((scene) => scene.addNode(box));
    await a.flushed();
    const writes = server.updates.length;
    a.live.begin([id]);
    await eventually(() => expect(b.live.others.size).toBe(1));
    a.live.cancel();
    await eventually(() => expect(b.live.others.size).toBe(0));
    expect(a.live.active).toBe(false);
    expect(server.updates).toHaveLength(writes);
  });

  it('SDK-15: a node that somebody deletes during the gesture stays deleted, the others move', async () => {
    const session = await openSynced();
    const [gone, kept] = session.edit((s) => [s.addNode(box), s.addNode(box)] as const);
    const pose = { translation: [1, 1, 1], rotation: [0, 0, 0, 1], scale: [1, 1, 1] } as const;
    session.live.begin([gone, kept]);
    session.live.move({
      [gone]: { ...pose, translation: [1, 1, 1], rotation: [0, 0, 0, 1], scale: [1, 1, 1] },
      [kept]: { ...pose, translation: [1, 1, 1], rotation: [0, 0, 0, 1], scale: [1, 1, 1] },
    });
    server.doc.getMap('nodes').delete(gone);
    session.scene.removeNode(gone);
    session.live.commit();
    expect(session.scene.node(gone)).toBeUndefined();
    expect(session.scene.node(kept)?.pose.translation).toEqual([1, 1, 1]);
  });
});
