import { describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { names, Sessions } from '../../test/support/sessions.js';
import { nextEvent, status } from '../../test/support/until.js';

const sessions = new Sessions();
const { openSynced } = sessions;

describe('edits that the server does not take', () => {
  it('SDK-10: a refused edit is reported, and the session goes back to the state of the server', async () => {
    sessions.server.doc.getMap('nodes').set('theirs', { kind: 'group', name: 'theirs' });
    const session = await openSynced();
    await status(session, 'saved');
    sessions.server.refuseNext = 'invalid_document';
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
    expect(sessions.server.doc.getMap('nodes').size).toBe(2);
    session.undo();
    expect(names(session)).toEqual(['theirs']);
  });

  it('SDK-17: an edit that the server cannot take for now is kept, and saved when the server has asked for it again', async () => {
    const session = await openSynced();
    await status(session, 'saved');
    sessions.server.refuseNext = 'storage_unavailable';
    session.edit((scene) => scene.addNode({ kind: 'group', name: 'not taken' }));
    await eventually(() => expect(session.error?.code).toBe('storage_unavailable'));
    session.edit((scene) => scene.addNode({ kind: 'group', name: 'after it' }));
    const saved = vi.fn();
    const flushed = session.flushed().then(saved);
    await eventually(() => expect(sessions.server.updates).toHaveLength(1));
    session.presence.set({ selection: ['marker'] });
    await eventually(() => expect(sessions.server.awarenessFrames).toBeGreaterThan(1));
    expect(session.status).toBe('saving');
    expect(saved).not.toHaveBeenCalled();
    sessions.server.askAgain();
    await flushed;
    await status(session, 'saved');
    expect(session.error).toBeUndefined();
    expect(sessions.server.doc.getMap('nodes').size).toBe(2);
  });

  it('SDK-10: an edit that is larger than a frame may be is refused without being sent', async () => {
    sessions.server.maxFrameBytes = 2_000;
    const session = await openSynced();
    const refused = nextEvent(session, 'refused');
    session.edit((scene) => scene.addNode({ kind: 'group', extras: { text: 'x'.repeat(3_000) } }));
    expect(await refused).toMatchObject({ code: 'frame_too_large' });
    await nextEvent(session, 'reset');
    expect(session.scene.nodes().size).toBe(0);
    expect(sessions.server.updates).toHaveLength(0);
  });

  it('SDK-10: edits that are too large only together go in several frames', async () => {
    sessions.server.maxFrameBytes = 2_000;
    const session = await openSynced();
    for (let i = 0; i < 4; i++)
      session.edit((scene) => scene.addNode({ kind: 'group', extras: { text: 'x'.repeat(800) } }));
    await session.flushed();
    expect(sessions.server.updates.length).toBeGreaterThan(1);
    expect(sessions.server.doc.getMap('nodes').size).toBe(4);
  });
});
