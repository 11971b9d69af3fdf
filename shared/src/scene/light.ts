import { z } from 'zod';
import { colorSchema, finite } from './primitives.js';

const color = colorSchema.default([1, 1, 1]);
const castShadow = z.boolean().default(false);

/**
 * A light. Directional and spot lights shine along the node's local −Z, as in KHR_lights_punctual.
 *
 * Intensity is in three.js' physical units: lux for directional, candela for point and spot, nits for rectArea.
 * `range` is the distance in metres at which the light is cut off; 0 is without a limit.
 */
export const lightSchema = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('ambient'), color, intensity: finite.min(0).default(1) }),
    z.object({
      type: z.literal('hemisphere'),
      color,
      groundColor: colorSchema.default([0.2, 0.2, 0.2]),
      intensity: finite.min(0).default(1),
    }),
    z.object({ type: z.literal('directional'), color, intensity: finite.min(0).default(3), castShadow }),
    z.object({
      type: z.literal('point'),
      color,
      intensity: finite.min(0).default(10),
      range: finite.min(0).default(0),
      castShadow,
    }),
    z.object({
      type: z.literal('spot'),
      color,
      intensity: finite.min(0).default(10),
      range: finite.min(0).default(0),
      innerConeAngle: finite
        .min(0)
        .max(Math.PI / 2)
        .default(0),
      outerConeAngle: finite
        .min(0)
        .max(Math.PI / 2)
        .default(Math.PI / 4),
      castShadow,
    }),
    z.object({
      type: z.literal('rectArea'),
      color,
      intensity: finite.min(0).default(5),
      width: finite.min(0).default(1),
      height: finite.min(0).default(1),
    }),
  ])
  .meta({ id: 'Light' });

export type Light = z.infer<typeof lightSchema>;
export type LightType = Light['type'];

export const LIGHT_TYPES = lightSchema.options.map((o) => o.shape.type.value);
