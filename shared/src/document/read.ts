import type { z } from 'zod';
import { animationSchema, type Animation } from '../scene/animation.js';
import { commentThreadSchema, type CommentThread } from '../scene/comment.js';
import { materialSchema, type Material } from '../scene/material.js';
import { isNodeKind, nodeSchemaOf, type SceneNode } from '../scene/node.js';
import { sceneSettingsSchema, type SceneSettings } from '../scene/settings.js';
import { entriesOf, toPlain } from './values.js';

type KeyedSchema = z.ZodObject<z.core.$ZodLooseShape, z.core.$loose>;

/**
 * Reads a map key by key: a value that breaks the schema gives way to the key's default, keys that the schema does not know are kept.
 *
 * One bad value written by a foreign client must never hide the rest of a scene.
 */
function readKeys<S extends KeyedSchema>(schema: S, value: unknown): z.infer<S> | undefined {
  const entries = entriesOf(value);
  if (entries === undefined) return undefined;
  const read: Record<string, unknown> = {};
  for (const [key, raw] of entries) {
    const plain = toPlain(raw);
    const field = Object.hasOwn(schema.shape, key) ? (schema.shape[key] as z.ZodType) : undefined;
    if (field === undefined) {
      read[key] = plain;
      continue;
    }
    const parsed = field.safeParse(plain);
    if (parsed.success) read[key] = parsed.data;
  }
  const result = schema.safeParse(read);
  return result.success ? (result.data as z.infer<S>) : undefined;
}

/** A node with defaults filled in, or undefined when its kind is missing or unknown. Accepts a Y.Map or plain object. */
export function readNode(value: unknown): SceneNode | undefined {
  const kind = entriesOf(value)?.find(([key]) => key === 'kind')?.[1];
  return isNodeKind(kind) ? (readKeys(nodeSchemaOf(kind), value) as SceneNode | undefined) : undefined;
}

export const readSettings = (value: unknown): SceneSettings =>
  readKeys(sceneSettingsSchema, value) ?? sceneSettingsSchema.parse({});

export const readMaterial = (value: unknown): Material | undefined => readKeys(materialSchema, value);

export const readAnimation = (value: unknown): Animation | undefined => readKeys(animationSchema, value);

export const readCommentThread = (value: unknown): CommentThread | undefined =>
  readKeys(commentThreadSchema, value);
