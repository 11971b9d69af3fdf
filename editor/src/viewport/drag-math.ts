import type { LivePose } from '@diorama/shared';
import { Matrix4, Quaternion, Vector3 } from 'three';

import { matrixOfPose } from '../commands/transforms.js';
import type { TransformMode } from '../state/editor-state.js';

/** A node at the start of a drag: its pose, and the world of its parent. */
export interface DragStart {
  readonly pose: LivePose;
  readonly parentWorld: Matrix4;
}

export interface Pivot {
  readonly position: Vector3;
  readonly quaternion: Quaternion;
  readonly scale: Vector3;
}

/**
 * Where a node goes when the pivot goes from `from` to `to`.
 *
 * Only what the mode is about changes; the rest keeps its exact numbers, so that a move leaves no noise in a rotation.
 * A single node scales along its own axes; several scale about the pivot, and lose the shear that a pose cannot hold.
 */
export function draggedPose(
  mode: TransformMode,
  start: DragStart,
  from: Pivot,
  to: Pivot,
  single: boolean,
): LivePose {
  const { pose, parentWorld } = start;
  if (mode === 'scale' && single) {
    const scale = new Vector3(...pose.scale).multiply(to.scale).divide(from.scale);
    return { ...pose, scale: scale.toArray() };
  }
  const change = new Matrix4()
    .compose(to.position, to.quaternion, to.scale)
    .multiply(new Matrix4().compose(from.position, from.quaternion, from.scale).invert());
  const local = parentWorld
    .clone()
    .invert()
    .multiply(change)
    .multiply(parentWorld)
    .multiply(matrixOfPose(pose));
  const position = new Vector3();
  const rotation = new Quaternion();
  const scale = new Vector3();
  local.decompose(position, rotation, scale);
  switch (mode) {
    case 'translate':
      return { ...pose, translation: position.toArray() };
    case 'rotate':
      return {
        ...pose,
        translation: position.toArray(),
        rotation: rotation.normalize().toArray(),
      };
    case 'scale':
      return { ...pose, translation: position.toArray(), scale: scale.toArray() };
  }
}
