import type { LivePose } from '@diorama/shared';
import { expect, it } from 'vitest';
import { LiveMotion } from './live-motion.js';

const at = (x: number, rotation: LivePose['rotation'] = [0, 0, 0, 1]): LivePose => ({
  translation: [x, 0, 0],
  rotation,
  scale: [1, 1, 1],
});

function setUp(start: LivePose = at(0)) {
  const targets = new Map<string, LivePose>();
  const own = new Set<string>();
  const shown = new Map<string, LivePose | null>();
  const motion = new LiveMotion({
    targets: () => targets,
    start: (id) => (id === 'unknown' ? undefined : start),
    show: (id, pose) => void shown.set(id, pose),
    isOwn: (id) => own.has(id),
  });
  const x = (id = 'n'): number => shown.get(id)?.translation[0] ?? Number.NaN;
  return { targets, own, shown, motion, x };
}

it('SDK-29: a node glides from where it stands to the pose that arrived, and stops there', () => {
  const { targets, motion, x } = setUp();
  targets.set('n', at(1));
  const seen: number[] = [];
  while (motion.step(1 / 60)) seen.push(x());
  expect(seen.length).toBeGreaterThan(5);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(seen[0]).toBeLessThan(0.5);
  expect(x()).toBe(1);
});

it('SDK-29: how far it is does not depend on the frame rate', () => {
  const [slow, quick] = [setUp(), setUp()];
  for (const { targets } of [slow, quick]) targets.set('n', at(1));
  for (let frame = 0; frame < 3; frame++) slow.motion.step(1 / 30);
  for (let frame = 0; frame < 12; frame++) quick.motion.step(1 / 120);
  expect(slow.x()).toBeCloseTo(quick.x(), 6);
});

it('SDK-29: a rotation takes the shorter way, and stays one', () => {
  const quarter = Math.SQRT1_2;
  const { targets, motion, shown } = setUp(at(0, [0, quarter, 0, quarter]));
  // The same as a turn by 100 degrees about y, written with the other sign.
  const half = (50 / 180) * Math.PI;
  targets.set('n', at(0, [0, -Math.sin(half), 0, -Math.cos(half)]));
  while (motion.step(1 / 60)) {
    const [x, y, z, w] = shown.get('n')?.rotation ?? [0, 0, 0, 0];
    expect(Math.hypot(x, y, z, w)).toBeCloseTo(1, 9);
    const degrees = (Math.atan2(Math.abs(y), Math.abs(w)) * 360) / Math.PI;
    expect(degrees).toBeGreaterThan(89.9);
    expect(degrees).toBeLessThan(100.1);
  }
});

it('SDK-29: when the gesture ends, or becomes one of our own, the node is given back', () => {
  const { targets, own, motion, shown } = setUp();
  targets.set('n', at(1)).set('mine', at(1)).set('unknown', at(1));
  motion.step(1 / 60);
  expect([...shown.keys()]).toEqual(['n', 'mine']);
  own.add('mine');
  targets.delete('n');
  shown.clear();
  expect(motion.step(1 / 60)).toBe(false);
  expect([...shown]).toEqual([['n', null]]);
});
