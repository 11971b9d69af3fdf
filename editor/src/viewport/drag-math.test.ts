import type { LivePose } from '@diorama/shared';
import { Matrix4, Quaternion, Vector3 } from 'three';
import { describe, expect, it } from 'vitest';

import { draggedPose, type Pivot } from './drag-math.js';

const pivot = (
  position: [number, number, number],
  turn = 0,
  scale: [number, number, number] = [1, 1, 1],
): Pivot => ({
  position: new Vector3(...position),
  quaternion: new Quaternion().setFromAxisAngle(new Vector3(0, 1, 0), turn),
  scale: new Vector3(...scale),
});

const POSE: LivePose = {
  translation: [1, 0, 0],
  rotation: [0.1, 0.2, 0.3, 0.9273618495495704],
  scale: [1, 2, 3],
};
const rounded = (values: readonly number[]) => values.map((value) => Number(value.toFixed(6)) + 0);

describe('dragging', () => {
  it('EDT-8: a move in the world is a move in the space of the parent, and touches nothing else', () => {
    const parentWorld = new Matrix4().compose(
      new Vector3(10, 0, 0),
      new Quaternion().setFromAxisAngle(new Vector3(0, 1, 0), Math.PI / 2),
      new Vector3(2, 2, 2),
    );
    const pose = draggedPose(
      'translate',
      { pose: POSE, parentWorld },
      pivot([0, 0, 0]),
      pivot([0, 0, -4]),
      true,
    );
    expect(rounded(pose.translation)).toEqual([3, 0, 0]);
    expect(pose.rotation).toBe(POSE.rotation);
    expect(pose.scale).toBe(POSE.scale);
  });

  it('EDT-8: several nodes turn around their common middle', () => {
    const start = {
      pose: { ...POSE, rotation: [0, 0, 0, 1] as LivePose['rotation'] },
      parentWorld: new Matrix4(),
    };
    const pose = draggedPose('rotate', start, pivot([0, 0, 0]), pivot([0, 0, 0], Math.PI / 2), false);
    expect(rounded(pose.translation)).toEqual([0, 0, -1]);
    expect(rounded(pose.rotation)).toEqual(rounded([0, Math.SQRT1_2, 0, Math.SQRT1_2]));
    expect(pose.scale).toBe(POSE.scale);
  });

  it('EDT-8: one node scales along its own axes and stays where it is', () => {
    const start = { pose: POSE, parentWorld: new Matrix4() };
    const pose = draggedPose('scale', start, pivot([1, 0, 0]), pivot([1, 0, 0], 0, [2, 1, 0.5]), true);
    expect(pose).toEqual({ ...POSE, scale: [2, 2, 1.5] });
  });
});
