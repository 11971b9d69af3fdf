import { z } from 'zod';
import { assetIdSchema, nodeIdSchema } from '../ids.js';
import { colorSchema, finite } from './primitives.js';

/** The version of the scene document that this code writes. A document with a newer one opens read-only. */
export const SCHEMA_VERSION = 1;

export const backgroundSchema = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('color'), color: colorSchema.default([0.05, 0.055, 0.065]) }),
    z.object({ type: z.literal('environment'), blur: finite.min(0).max(1).default(0.3) }),
    z.object({ type: z.literal('none') }),
  ])
  .meta({ id: 'Background' });

/** Image-based light: `studio` is generated and needs no asset; `asset` is an equirectangular image or HDR. */
export const environmentSchema = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('none') }),
    z.object({ type: z.literal('studio'), intensity: finite.min(0).default(1) }),
    z.object({ type: z.literal('asset'), asset: assetIdSchema, intensity: finite.min(0).default(1) }),
  ])
  .meta({ id: 'Environment' });

export const TONE_MAPPINGS = ['none', 'linear', 'reinhard', 'cineon', 'aces', 'agx', 'neutral'] as const;
export const toneMappingSchema = z.enum(TONE_MAPPINGS);

/** The root map `scene`. */
export const sceneSettingsSchema = z
  .looseObject({
    // Defaults are not stored, so this one must never change: without a version a document is of the first.
    schemaVersion: z.int().min(1).default(1),
    name: z.string().max(512).default(''),
    units: z.enum(['metres']).default('metres'),
    upAxis: z.enum(['Y']).default('Y'),
    background: backgroundSchema.prefault({ type: 'color' }),
    environment: environmentSchema.prefault({ type: 'studio' }),
    toneMapping: toneMappingSchema.default('neutral'),
    exposure: finite.min(0).max(100).default(1),
    activeCamera: nodeIdSchema.nullable().default(null),
  })
  .meta({ id: 'SceneSettings' });

export type SceneSettings = z.infer<typeof sceneSettingsSchema>;
export type SceneSettingsInput = z.input<typeof sceneSettingsSchema>;
export type Background = z.infer<typeof backgroundSchema>;
export type Environment = z.infer<typeof environmentSchema>;
export type ToneMapping = z.infer<typeof toneMappingSchema>;
