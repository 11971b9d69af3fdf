import { z } from 'zod';
import { nodeIdSchema } from '../ids.js';
import { animationSchema } from './animation.js';
import { commentThreadSchema } from './comment.js';
import { materialSchema } from './material.js';
import { sceneNodeSchema } from './node.js';
import { sceneSettingsSchema } from './settings.js';

/** Budgets of one document, checked wherever a document is written. */
export const DOCUMENT_LIMITS = {
  nodes: 100_000,
  materials: 10_000,
  animations: 1_000,
  comments: 10_000,
} as const;

const mapOf = <T extends z.ZodType>(value: T, most: number, what: string) =>
  z
    .record(nodeIdSchema, value)
    .refine((map) => Object.keys(map).length <= most, { message: `holds more than ${most} ${what}` })
    .default({});

/** A whole scene as JSON: the five root maps of the Yjs document. */
export const sceneDocumentSchema = z
  .strictObject({
    scene: sceneSettingsSchema.prefault({}),
    nodes: mapOf(sceneNodeSchema, DOCUMENT_LIMITS.nodes, 'nodes'),
    materials: mapOf(materialSchema, DOCUMENT_LIMITS.materials, 'materials'),
    animations: mapOf(animationSchema, DOCUMENT_LIMITS.animations, 'animations'),
    comments: mapOf(commentThreadSchema, DOCUMENT_LIMITS.comments, 'comments'),
  })
  .meta({ id: 'SceneDocument' });

export type SceneDocument = z.infer<typeof sceneDocumentSchema>;
export type SceneDocumentInput = z.input<typeof sceneDocumentSchema>;

/** The root maps of the Yjs document, in the order they are written. */
export const ROOT_MAPS = ['scene', 'nodes', 'materials', 'animations', 'comments'] as const;
export type RootMap = (typeof ROOT_MAPS)[number];
