import { z } from 'zod';
import { finite } from './primitives.js';

/** A camera with glTF's parameters; it looks along the node's local −Z. `yfov` is in radians, the rest in metres. */
export const cameraSchema = z
  .discriminatedUnion('type', [
    z.object({
      type: z.literal('perspective'),
      yfov: finite.gt(0).lt(Math.PI).default(0.8),
      znear: finite.gt(0).default(0.05),
      zfar: finite.gt(0).default(1000),
    }),
    z.object({
      type: z.literal('orthographic'),
      xmag: finite.gt(0).default(2),
      ymag: finite.gt(0).default(2),
      znear: finite.min(0).default(0.05),
      zfar: finite.gt(0).default(1000),
    }),
  ])
  .meta({ id: 'Camera' });

export type Camera = z.infer<typeof cameraSchema>;
