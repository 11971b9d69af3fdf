import { DioramaError } from '@diorama/shared';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { box, names, Sessions } from '../../test/support/sessions.js';
import { nextEvent, status } from '../../test/support/until.js';
import type { SceneSession } from './scene-session.js';

const sessions = new Sessions();
const { open, openSynced } = sessions;

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
    expect(sessions.server.updates).toHaveLength(1);
    expect(sessions.server.doc.getMap('nodes').size).toBe(50);
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
    sessions.server.acknowledges = false;
    session.edit((scene) => scene.addNode(box));
    expect(session.status).toBe('saving');
    await eventually(() => expect(sessions.server.updates).toHaveLength(1));
    expect(session.status).toBe('saving');
    sessions.server.acknowledge();
    await status(session, 'saved');
    expect(session.saved).toBe(true);
  });

  it('SDK-4: flushed() waits for the edits before it, not for those after', async () => {
    const session = await openSynced();
    await status(session, 'saved');
    sessions.server.acknowledges = false;
    session.edit((scene) => scene.addNode(box));
    const flushed = session.flushed();
    await eventually(() => expect(sessions.server.updates).toHaveLength(1));
    sessions.server.acknowledge();
    session.edit((scene) => scene.addNode(box));
    await flushed;
    expect(session.saved).toBe(false);
  });

  it('SDK-4: flushed() rejects when the session is closed before the edit is stored', async () => {
    const session = await openSynced();
    sessions.server.acknowledges = false;
    session.edit((scene) => scene.addNode(box));
    const flushed = session.flushed();
    session.close();
    await expect(flushed).rejects.toMatchObject({ code: 'session_closed' });
    await eventually(() => expect(sessions.server.doc.getMap('nodes').size).toBe(1));
  });
});

describe('what a session says of its edits', () => {
  it('SDK-4: who has nothing to store is saved as soon as the session is in step', async () => {
    sessions.server.acknowledges = false;
    const session = await openSynced();
    await session.flushed();
    expect(session.saved).toBe(true);
    expect(session.status).toBe('saved');
  });

  it('SDK-4: whether edits are stored nowhere else is known without a connection, too', async () => {
    const session = await openSynced();
    expect(session.hasUnsavedEdits).toBe(false);
    await sessions.server.stop();
    await status(session, 'offline');
    expect(session.hasUnsavedEdits).toBe(false);
    session.edit((scene) => scene.addNode(box));
    expect(session.hasUnsavedEdits).toBe(true);
    await sessions.server.start();
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
    sessions.server.acknowledges = false;
    other.edit((scene) => scene.addNode(box));
    other.close();
    await expect(other.flushed()).rejects.toMatchObject({ code: 'session_closed' });
  });
});

describe('connections that come and go', () => {
  it('SDK-5: edits made offline are kept, sent after the reconnect and acknowledged', async () => {
    const session = await openSynced();
    const other = await openSynced();
    await sessions.server.stop();
    await Promise.all([status(session, 'offline'), status(other, 'offline')]);
    session.edit((scene) => scene.addNode({ kind: 'group', name: 'offline' }));
    other.edit((scene) => scene.addNode({ kind: 'group', name: 'also offline' }));
    expect(session.status).toBe('offline');
    expect(session.error?.code).toBe('unreachable');
    await sessions.server.start();
    await Promise.all([session.flushed(), other.flushed()]);
    await status(session, 'saved');
    await eventually(() => expect(names(session)).toEqual(['also offline', 'offline']));
    expect(session.error).toBeUndefined();
  });

  it('SDK-5: an edit whose acknowledgement was lost with the connection is sent again', async () => {
    const session = await openSynced();
    await status(session, 'saved');
    sessions.server.silent = true;
    session.edit((scene) => scene.addNode(box));
    const flushed = session.flushed();
    await sessions.server.stop();
    expect(sessions.server.doc.getMap('nodes').size).toBe(0);
    sessions.server.silent = false;
    await sessions.server.start();
    await flushed;
    expect(sessions.server.doc.getMap('nodes').size).toBe(1);
  });

  it('SDK-5: a session that starts while the server is away becomes offline and syncs when it comes', async () => {
    await sessions.server.stop();
    const session = open();
    expect(session.status).toBe('connecting');
    await status(session, 'offline');
    session.edit((scene) => scene.addNode(box));
    await sessions.server.start();
    await session.synced;
    await session.flushed();
    expect(sessions.server.doc.getMap('nodes').size).toBe(1);
  });

  it('SDK-6: a token is asked for anew before each attempt', async () => {
    let asked = 0;
    const session = open({}, () => `token-${++asked}`);
    await session.synced;
    sessions.server.hangUp(1012);
    await nextEvent(session, 'synced');
    expect(sessions.server.tokens).toEqual(['token-1', 'token-2']);
  });

  it.each([
    [4401, 'unauthenticated'],
    [4403, 'forbidden'],
    [4404, 'scene_not_found'],
    [4409, 'schema_too_new'],
  ])('SDK-7: close code %i ends the session with the error %s', async (code, expected) => {
    sessions.server.closeWith = { code, reason: '' };
    const session = open();
    const closed = nextEvent(session, 'closed');
    await expect(session.synced).rejects.toMatchObject({ code: expected });
    expect(await closed).toBe(session.error);
    expect(session.status).toBe('offline');
    expect(() => session.edit((scene) => scene.addNode(box))).toThrow(DioramaError);
  });

  it('SDK-7: a close code that may be retried is retried, and its error is to be seen meanwhile', async () => {
    sessions.server.closeWith = { code: 4503, reason: 'scene_load_failed: the snapshot is damaged' };
    const session = open();
    await status(session, 'offline');
    expect(session.error).toMatchObject({ code: 'scene_load_failed', message: 'the snapshot is damaged' });
    sessions.server.closeWith = undefined;
    await session.synced;
    expect(session.error).toBeUndefined();
  });

  it('SDK-7: a session that is closed before it is synced says so', async () => {
    const session = open();
    session.close();
    await expect(session.synced).rejects.toMatchObject({ code: 'session_closed' });
  });
});

it('shows what is for callers of presence and gestures, and nothing of what carries them', () => {
  expectTypeOf<keyof SceneSession['presence']>().toEqualTypeOf<
    'awareness' | 'clientId' | 'others' | 'self' | 'set'
  >();
  expectTypeOf<keyof SceneSession['live']>().toEqualTypeOf<
    'active' | 'begin' | 'cancel' | 'commit' | 'move' | 'others'
  >();
});
