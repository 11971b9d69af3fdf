import { describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { box, Sessions } from '../../test/support/sessions.js';

const sessions = new Sessions();
const { openSynced } = sessions;

describe('live lane', () => {
  it('SDK-15: a gesture of many moves is one write and one undo step, and others see it on the way', async () => {
    const [a, b] = [await openSynced(), await openSynced()];
    const id = a.edit((scene) => scene.addNode(box));
    await a.flushed();
    const writes = sessions.server.updates.length;
    const poseAt = (x: number) => ({
      translation: [x, 0, 0] as [number, number, number],
      rotation: [0, 0, 0, 1] as [number, number, number, number],
      scale: [1, 1, 1] as [number, number, number],
    });
    a.live.begin([id]);
    for (let x = 1; x <= 100; x++) a.live.move({ [id]: poseAt(x) });
    await eventually(() => expect(b.live.others.get(id)?.translation[0]).toBe(100));
    expect(sessions.server.updates).toHaveLength(writes);
    expect(b.scene.node(id)?.pose.translation).toEqual([0, 0, 0]);
    a.live.commit();
    await a.flushed();
    expect(sessions.server.updates).toHaveLength(writes + 1);
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
    const writes = sessions.server.updates.length;
    a.live.begin([id]);
    await eventually(() => expect(b.live.others.size).toBe(1));
    a.live.cancel();
    await eventually(() => expect(b.live.others.size).toBe(0));
    expect(a.live.active).toBe(false);
    expect(sessions.server.updates).toHaveLength(writes);
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
    sessions.server.doc.getMap('nodes').delete(gone);
    session.scene.removeNode(gone);
    session.live.commit();
    expect(session.scene.node(gone)).toBeUndefined();
    expect(session.scene.node(kept)?.pose.translation).toEqual([1, 1, 1]);
  });
});
