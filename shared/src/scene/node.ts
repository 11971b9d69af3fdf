import { z } from 'zod';
import { assetIdSchema, nodeIdSchema } from '../ids.js';
import { cameraSchema } from './camera.js';
import { geometrySchema } from './geometry.js';
import { lightSchema } from './light.js';
import { poseSchema } from './pose.js';

export const NODE_KINDS = ['group', 'model', 'primitive', 'light', 'camera'] as const;
export type NodeKind = (typeof NODE_KINDS)[number];

/** What every node has. Unknown keys are kept: a newer client may have written them. */
const common = {
  name: z.string().max(512).default(''),
  pose: poseSchema.prefault({}),
  visible: z.boolean().default(true),
  locked: z.boolean().default(false),
  tags: z.array(z.string().max(128)).max(256).default([]),
  extras: z.record(z.string(), z.json()).default({}),
};

const shadows = {
  castShadow: z.boolean().default(true),
  receiveShadow: z.boolean().default(true),
};

export const groupNodeSchema = z.looseObject({ kind: z.literal('group'), ...common });

export const modelNodeSchema = z.looseObject({
  kind: z.literal('model'),
  ...common,
  ...shadows,
  asset: assetIdSchema.nullable().default(null),
  variant: z.string().max(64).nullable().default(null),
  clip: z.string().max(512).nullable().default(null).meta({ description: 'The glTF animation that plays' }),
  materialOverrides: z
    .record(z.string(), nodeIdSchema)
    .default({})
    .meta({ description: 'glTF material name → material id' }),
});

export const primitiveNodeSchema = z.looseObject({
  kind: z.literal('primitive'),
  ...common,
  ...shadows,
  geometry: geometrySchema.prefault({ type: 'box' }),
  material: nodeIdSchema.nullable().default(null),
});

export const lightNodeSchema = z.looseObject({
  kind: z.literal('light'),
  ...common,
  light: lightSchema.prefault({ type: 'directional' }),
});

export const cameraNodeSchema = z.looseObject({
  kind: z.literal('camera'),
  ...common,
  camera: cameraSchema.prefault({ type: 'perspective' }),
});

/** A node with every default filled in: what REST returns and the accessors read. */
export const sceneNodeSchema = z
  .discriminatedUnion('kind', [
    groupNodeSchema,
    modelNodeSchema,
    primitiveNodeSchema,
    lightNodeSchema,
    cameraNodeSchema,
  ])
  .meta({ id: 'SceneNode' });

export type SceneNode = z.infer<typeof sceneNodeSchema>;
/** A node as it may be written: only `kind` is required. */
export type SceneNodeInput = z.input<typeof sceneNodeSchema>;
export type ModelNode = z.infer<typeof modelNodeSchema>;
export type PrimitiveNode = z.infer<typeof primitiveNodeSchema>;
export type LightNode = z.infer<typeof lightNodeSchema>;
export type CameraNode = z.infer<typeof cameraNodeSchema>;

const NODE_SCHEMA_BY_KIND = {
  group: groupNodeSchema,
  model: modelNodeSchema,
  primitive: primitiveNodeSchema,
  light: lightNodeSchema,
  camera: cameraNodeSchema,
} as const;

/** The object schema of one kind, with `.shape` for its keys. */
export const nodeSchemaOf = (kind: NodeKind): (typeof NODE_SCHEMA_BY_KIND)[NodeKind] =>
  NODE_SCHEMA_BY_KIND[kind];

export const isNodeKind = (value: unknown): value is NodeKind => NODE_KINDS.includes(value as NodeKind);
