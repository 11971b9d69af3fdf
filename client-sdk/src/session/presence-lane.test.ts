import type { Presence } from '@diorama/shared';
import * as Y from 'yjs';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import { Sessions } from '../../test/support/sessions.js';
import { status } from '../../test/support/until.js';
import { PresenceLane } from './presence-lane.js';

it('SDK-13: presence is sent at most 60 times a second, and its last state always', () => {
  const clock = new FakeClock();
  const frames: Uint8Array[] = [];
  const lane = new PresenceLane({
    doc: new Y.Doc(),
    clock,
    initial: {},
    send: (frame) => frames.push(frame),
    onChange: () => undefined,
  });
  for (let ms = 0; ms < 1000; ms++) {
    lane.set({ cursor: [ms, 0, 0] });
    expect(lane.self.cursor).toEqual([ms, 0, 0]);
    clock.advance(1);
  }
  clock.advance(20);
  expect(frames.length).toBeLessThanOrEqual(61);
  expect(frames.length).toBeGreaterThanOrEqual(50);
  expect(lane.awareness.getLocalState()).toEqual({ cursor: [999, 0, 0] });
  lane.destroy();
});

it('SDK-13: a gesture too large for presence is left out of it, and the rest is sent', () => {
  const clock = new FakeClock();
  const lane = new PresenceLane({
    doc: new Y.Doc(),
    clock,
    initial: { user: { name: 'Ada', color: '#f00' } },
    send: () => undefined,
    onChange: () => undefined,
  });
  const pose = { translation: [1, 2, 3], rotation: [0, 0, 0, 1], scale: [1, 1, 1] };
  const live = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`node-${i}`, pose]));
  lane.set({ selection: ['node-1'], live: live as NonNullable<Presence['live']> });
  expect(lane.awareness.getLocalState()).toEqual({
    user: { name: 'Ada', color: '#f00' },
    selection: ['node-1'],
  });
  clock.advance(20);
  lane.set({ live: undefined });
  expect(lane.awareness.getLocalState()).toEqual({
    user: { name: 'Ada', color: '#f00' },
    selection: ['node-1'],
  });
  lane.destroy();
});

describe('presence of sessions', () => {
  const sessions = new Sessions();
  const { openSynced } = sessions;

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
    await sessions.server.stop();
    await status(b, 'offline');
    expect(b.presence.others.size).toBe(0);
    await sessions.server.start();
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
