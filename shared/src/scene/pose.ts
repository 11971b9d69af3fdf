import { z } from 'zod';
import { nodeIdSchema } from '../ids.js';
import { quatSchema, vec3Schema } from './primitives.js';

export const ORDER_MAX_LENGTH = 256;

/**
 * Where a node is: parent, order among its siblings, and transform, written as one value.
 *
 * Being one value, a concurrent re-parent and move can never combine one person's parent with another's
 * coordinates, and repeated writes of it compact in Yjs. Metres, right-handed, Y up; rotation is a unit
 * quaternion x, y, z, w. `order` is a fractional index compared by code unit; equal orders fall back to the id.
 */
export const poseSchema = z
  .object({
    parent: nodeIdSchema.nullable().default(null),
    order: z.string().max(ORDER_MAX_LENGTH).default('a0'),
    translation: vec3Schema.default([0, 0, 0]),
    rotation: quatSchema.default([0, 0, 0, 1]),
    scale: vec3Schema.default([1, 1, 1]),
  })
  .meta({ id: 'Pose' });

export type Pose = z.infer<typeof poseSchema>;

export const DEFAULT_POSE: Pose = Object.freeze(poseSchema.parse({}));
