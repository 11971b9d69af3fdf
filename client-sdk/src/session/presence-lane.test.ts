import type { Presence } from '@diorama/shared';
import * as Y from 'yjs';
import { expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.js';
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
