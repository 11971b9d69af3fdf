import { z } from 'zod';
import { nodeIdSchema } from '../ids.js';
import { finite } from './primitives.js';

export const animationTrackSchema = z.object({
  node: nodeIdSchema,
  property: z.enum(['translation', 'rotation', 'scale', 'visible']),
  interpolation: z.enum(['LINEAR', 'STEP']).default('LINEAR'),
  times: z.array(finite.min(0)).max(100_000).meta({ description: 'Seconds, ascending' }),
  values: z.array(finite).max(400_000).meta({ description: 'One vector a time, flattened' }),
});

/** Keyframes on node poses; a render may be taken at a time t. */
export const animationSchema = z
  .looseObject({
    name: z.string().max(512).default(''),
    duration: finite.min(0).default(0).meta({ description: 'Seconds' }),
    tracks: z.array(animationTrackSchema).max(10_000).default([]),
  })
  .meta({ id: 'Animation' });

export type Animation = z.infer<typeof animationSchema>;
