import { z } from 'zod';

/** z.number() refuses NaN and infinities: every number of a scene is finite. */
export const finite = z.number();
export const vec3Schema = z.tuple([finite, finite, finite]);
export const quatSchema = z.tuple([finite, finite, finite, finite]);
/** Linear RGB, not sRGB-encoded; above 1 is allowed for emitters. */
export const colorSchema = z.tuple([finite.min(0), finite.min(0), finite.min(0)]);

export type Vec3 = z.infer<typeof vec3Schema>;
/** x, y, z, w. */
export type Quat = z.infer<typeof quatSchema>;
/** Linear RGB. */
export type Color = z.infer<typeof colorSchema>;
