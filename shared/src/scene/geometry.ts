import { z } from 'zod';
import { finite } from './primitives.js';

const length = finite.min(0).max(1e6);
const segments = z.int().min(1).max(512);

/** Parameters have the names, units (metres, radians) and axes of three.js' geometries; all have defaults. */
export const geometrySchema = z
  .discriminatedUnion('type', [
    z.object({
      type: z.literal('box'),
      width: length.default(1),
      height: length.default(1),
      depth: length.default(1),
    }),
    z.object({
      type: z.literal('sphere'),
      radius: length.default(0.5),
      widthSegments: segments.default(48),
      heightSegments: segments.default(24),
    }),
    z.object({ type: z.literal('plane'), width: length.default(1), height: length.default(1) }),
    z.object({ type: z.literal('circle'), radius: length.default(0.5), segments: segments.default(48) }),
    z.object({
      type: z.literal('cylinder'),
      radiusTop: length.default(0.5),
      radiusBottom: length.default(0.5),
      height: length.default(1),
      radialSegments: segments.default(48),
    }),
    z.object({
      type: z.literal('cone'),
      radius: length.default(0.5),
      height: length.default(1),
      radialSegments: segments.default(48),
    }),
    z.object({
      type: z.literal('capsule'),
      radius: length.default(0.25),
      height: length.default(0.5),
      capSegments: segments.default(12),
      radialSegments: segments.default(32),
    }),
    z.object({
      type: z.literal('torus'),
      radius: length.default(0.5),
      tube: length.default(0.2),
      radialSegments: segments.default(24),
      tubularSegments: segments.default(64),
    }),
    z.object({
      type: z.literal('torusKnot'),
      radius: length.default(0.5),
      tube: length.default(0.15),
      tubularSegments: segments.default(128),
      radialSegments: segments.default(16),
      p: z.int().min(1).max(32).default(2),
      q: z.int().min(1).max(32).default(3),
    }),
    z.object({
      type: z.literal('icosahedron'),
      radius: length.default(0.5),
      detail: z.int().min(0).max(6).default(0),
    }),
  ])
  .meta({ id: 'Geometry' });

export type Geometry = z.infer<typeof geometrySchema>;
export type GeometryType = Geometry['type'];

export const GEOMETRY_TYPES = geometrySchema.options.map((o) => o.shape.type.value);
