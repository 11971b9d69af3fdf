import type { OperationOf, Pose } from '@diorama/shared';
import type { Draft } from '../draft.js';
import { compose, decompose, invert, multiply, worldOf, type Transform } from '../transform.js';
import { takePlace } from './add.js';
import type { Done, OperationContext } from './context.js';
import { fault } from './fault.js';
import { requireParent } from './set.js';

/** Sets parts of a node's own transform. */
export function move({ draft }: OperationContext, operation: OperationOf<'move'>): Done {
  const { id, translation, rotation, scale } = operation;
  const pose = poseOf(draft, id);
  const moved: Pose = {
    ...pose,
    translation: translation ?? pose.translation,
    rotation: rotation ?? pose.rotation,
    scale: scale ?? pose.scale,
  };
  draft.write('nodes', id, { pose: moved });
  return { id };
}

/** Gives a node another parent, another place among its siblings, or both. */
export function reparent({ draft }: OperationContext, operation: OperationOf<'reparent'>): Done {
  const { id, parent, keep_world: keepWorld } = operation;
  const pose = poseOf(draft, id);
  const { tree } = draft;
  requireParent(tree, id, parent, ['parent']);
  const transform = keepWorld ? transformBelow(draft, id, parent) : pose;
  const order = operation.order ?? takePlace(draft, id, parent, operation);
  draft.write('nodes', id, { pose: { ...pose, ...transform, parent, order } satisfies Pose });
  return { id };
}

export function poseOf(draft: Draft, id: string): Pose {
  const node = draft.node(id);
  if (node === undefined) throw fault(['id'], 'unknown_id', `There is no node ${id}`);
  return node.pose;
}

/** The transform that keeps a node where it is in the world when it comes below `parent`. */
export function transformBelow(draft: Draft, id: string, parent: string | null): Transform {
  const { translation, rotation, scale } = poseOf(draft, id);
  const own = { translation, rotation, scale };
  const from = draft.tree.parentOf(id);
  if (from === parent) return own;
  const space = invert(spaceBelow(draft, parent));
  if (space === undefined)
    throw fault(['keep_world'], 'invalid_document', `${parent ?? 'The root'} is scaled to nothing`);
  return decompose(multiply(multiply(space, spaceBelow(draft, from)), compose(own)));
}

function spaceBelow(draft: Draft, id: string | null): readonly number[] {
  const poses: Pose[] = [];
  for (let at = id; at !== null; at = draft.tree.parentOf(at)) {
    const pose = draft.node(at)?.pose;
    if (pose !== undefined) poses.unshift(pose);
  }
  return worldOf(poses);
}
