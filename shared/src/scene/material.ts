import { z } from 'zod';
import { assetIdSchema } from '../ids.js';
import { colorSchema, finite } from './primitives.js';

const unit = finite.min(0).max(1);
const texture = assetIdSchema.nullable().default(null);

/** A metallic-roughness material in glTF's terms; factors are linear, textures are image assets. */
export const materialSchema = z
  .looseObject({
    name: z.string().max(512).default(''),
    baseColor: colorSchema.default([0.8, 0.8, 0.8]),
    opacity: unit.default(1),
    metallic: unit.default(0),
    roughness: unit.default(0.5),
    emissive: colorSchema.default([0, 0, 0]),
    emissiveStrength: finite.min(0).default(1),
    alphaMode: z.enum(['OPAQUE', 'MASK', 'BLEND']).default('OPAQUE'),
    alphaCutoff: unit.default(0.5),
    doubleSided: z.boolean().default(false),
    baseColorTexture: texture,
    metallicRoughnessTexture: texture,
    normalTexture: texture,
    normalScale: finite.default(1),
    occlusionTexture: texture,
    occlusionStrength: unit.default(1),
    emissiveTexture: texture,
    clearcoat: unit.default(0),
    clearcoatRoughness: unit.default(0),
    transmission: unit.default(0),
    thickness: finite.min(0).default(0),
    ior: finite.min(1).max(5).default(1.5),
    sheenColor: colorSchema.default([0, 0, 0]),
    sheenRoughness: unit.default(0),
    iridescence: unit.default(0),
    anisotropy: unit.default(0),
    specular: unit.default(1),
  })
  .meta({ id: 'Material' });

export type Material = z.infer<typeof materialSchema>;
export type MaterialInput = z.input<typeof materialSchema>;
