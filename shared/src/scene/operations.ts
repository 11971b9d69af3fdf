import { z } from 'zod';
import { nodeIdSchema } from '../ids.js';
import { animationSchema } from './animation.js';
import { commentMessageSchema, commentThreadSchema } from './comment.js';
import { materialSchema } from './material.js';
import { sceneNodeSchema } from './node.js';
import { ORDER_MAX_LENGTH } from './pose.js';
import { quatSchema, vec3Schema } from './primitives.js';

/** Most operations of one batch. */
export const OPERATIONS_MAX = 10_000;

const keySchema = z
  .string()
  .min(1)
  .max(256)
  .refine((key) => key !== '__proto__', 'is not a key that a document can hold');

/** A place among siblings; without any of them, the last. */
const place = {
  index: z.int().min(0).optional().meta({ description: 'Its number among its siblings, from 0' }),
  before: nodeIdSchema.optional().meta({ description: 'The sibling that comes after it' }),
  after: nodeIdSchema.optional().meta({ description: 'The sibling that comes before it' }),
};

const keepWorld = z
  .boolean()
  .default(false)
  .meta({ description: 'Whether what comes under another parent stays where it is in the world' });

const exactlyOne =
  (...keys: string[]) =>
  (value: object): boolean =>
    keys.filter((key) => (value as Record<string, unknown>)[key] !== undefined).length === 1;

const atMostOne =
  (...keys: string[]) =>
  (value: object): boolean =>
    keys.filter((key) => (value as Record<string, unknown>)[key] !== undefined).length <= 1;

export const addOperationSchema = z
  .strictObject({
    op: z.literal('add'),
    id: nodeIdSchema.optional().meta({ description: 'By default the server makes one' }),
    node: sceneNodeSchema.optional(),
    material: materialSchema.optional(),
    animation: animationSchema.optional(),
    ...place,
  })
  .refine(exactlyOne('node', 'material', 'animation'), 'needs one of node, material and animation')
  .refine(atMostOne('index', 'before', 'after'), 'has more than one of index, before and after');

export const setOperationSchema = z
  .strictObject({
    op: z.literal('set'),
    target: z.enum(['node', 'material', 'animation', 'settings']).default('node'),
    id: nodeIdSchema
      .optional()
      .meta({ description: 'Of the node, material or animation; settings have none' }),
    values: z.record(keySchema, z.json()).default({}).meta({
      description:
        'The keys to write. null is a value, not a wish to remove. Of pose, geometry, light and camera, what is left out stays.',
    }),
    unset: z
      .array(keySchema)
      .max(256)
      .default([])
      .meta({ description: 'Keys to remove: they read as their defaults from then on' }),
  })
  .refine(
    (set) => (set.target === 'settings') === (set.id === undefined),
    'needs an id, unless it is for settings',
  );

export const moveOperationSchema = z
  .strictObject({
    op: z.literal('move'),
    id: nodeIdSchema,
    translation: vec3Schema.optional(),
    rotation: quatSchema.optional(),
    scale: vec3Schema.optional(),
  })
  .refine(
    ({ translation, rotation, scale }) => (translation ?? rotation ?? scale) !== undefined,
    'needs a translation, rotation or scale',
  );

export const reparentOperationSchema = z
  .strictObject({
    op: z.literal('reparent'),
    id: nodeIdSchema,
    parent: nodeIdSchema.nullable(),
    order: z.string().max(ORDER_MAX_LENGTH).optional().meta({ description: 'A fractional order key' }),
    ...place,
    keep_world: keepWorld,
  })
  .refine(
    atMostOne('order', 'index', 'before', 'after'),
    'has more than one of order, index, before and after',
  );

export const deleteOperationSchema = z.strictObject({
  op: z.literal('delete'),
  target: z
    .enum(['node', 'material', 'animation', 'comment'])
    .default('node')
    .meta({ description: 'A comment is a whole thread' }),
  id: nodeIdSchema,
  children: z
    .enum(['delete', 'lift'])
    .default('delete')
    .meta({ description: 'What is below a node goes with it, or takes its place under its parent' }),
  keep_world: keepWorld,
});

const text = commentMessageSchema.shape.text.min(1);

export const commentOperationSchema = z.discriminatedUnion('action', [
  z.strictObject({
    op: z.literal('comment'),
    action: z.literal('open'),
    id: nodeIdSchema.optional().meta({ description: 'Of the thread; by default the server makes one' }),
    anchor: commentThreadSchema.shape.anchor,
    text,
  }),
  z.strictObject({ op: z.literal('comment'), action: z.literal('reply'), thread: nodeIdSchema, text }),
  z.strictObject({
    op: z.literal('comment'),
    action: z.literal('resolve'),
    thread: nodeIdSchema,
    resolved: z.boolean().default(true),
  }),
]);

/** One step of a batch; later ones see what earlier ones did. */
export const operationSchema = z
  .discriminatedUnion('op', [
    addOperationSchema,
    setOperationSchema,
    moveOperationSchema,
    reparentOperationSchema,
    deleteOperationSchema,
    commentOperationSchema,
  ])
  .meta({ id: 'Operation' });

export type Operation = z.output<typeof operationSchema>;
export type OperationInput = z.input<typeof operationSchema>;
export type OperationOf<K extends Operation['op']> = Extract<Operation, { op: K }>;
