import type { OperationOf, Pose } from '@diorama/shared';
import type { Draft } from '../draft.js';
import { compose, decompose, invert, multiply, type Transform } from '../transform.js';
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
  const pose = draft.pose(id);
  if (pose === undefined) throw fault(['id'], 'unknown_id', `There is no node ${id}`);
  return pose;
}

/** The transform that keeps a node where it is in the world when it comes below `parent`. */
export function transformBelow(draft: Draft, id: string, parent: string | null): Transform {
  const { translation, rotation, scale } = poseOf(draft, id);
  const own = { translation, rotation, scale };
  const { tree } = draft;
  const from = tree.parentOf(id);
  if (from === parent) return own;
  const space = invert(tree.worldOf(parent));
  if (space === undefined)
    throw fault(['keep_world'], 'invalid_document', `${parent ?? 'The root'} is scaled to nothing`);
  const kept = decompose(multiply(multiply(space, tree.worldOf(from)), compose(own)));
  if (![...kept.translation, ...kept.rotation, ...kept.scale].every(Number.isFinite))
    throw fault(
      ['keep_world'],
      'invalid_document',
      `Where ${id} is in the world has no finite numbers there`,
    );
  return kept;
}
