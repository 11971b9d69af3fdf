import type { z } from 'zod';
import { animationSchema, type Animation } from '../scene/animation.js';
import { commentThreadSchema, type CommentThread } from '../scene/comment.js';
import { materialSchema, type Material } from '../scene/material.js';
import { isNodeKind, nodeSchemaOf, type SceneNode } from '../scene/node.js';
import { DEFAULT_POSE, poseSchema, type Pose } from '../scene/pose.js';
import { sceneSettingsSchema, type SceneSettings } from '../scene/settings.js';
import { isPlainPose } from './plain-values.js';
import { entriesOf, entryOf, toPlain } from './values.js';

type KeyedSchema = z.ZodObject<z.core.$ZodLooseShape, z.core.$loose>;

/**
 * Reads a map key by key: a value that breaks the schema gives way to the key's default, keys that the schema does not know are kept.
 *
 * One bad value written by a foreign client must never hide the rest of a scene.
 */
function readKeys<S extends KeyedSchema>(schema: S, value: unknown): z.infer<S> | undefined {
  const entries = entriesOf(value);
  if (entries === undefined) return undefined;
  const plain: Record<string, unknown> = {};
  // Assigning to `__proto__` would not add a key but change what every other key falls back to.
  for (const [key, raw] of entries) if (key !== '__proto__') plain[key] = toPlain(raw);
  const whole = schema.safeParse(plain);
  if (whole.success) return whole.data;
  const good = Object.entries(plain).filter(
    ([key, value]) =>
      !Object.hasOwn(schema.shape, key) || (schema.shape[key] as z.ZodType).safeParse(value).success,
  );
  const rest = schema.safeParse(Object.fromEntries(good));
  return rest.success ? rest.data : undefined;
}

/** A node with defaults filled in, or undefined when its kind is missing or unknown. Accepts a Y.Map or plain object. */
export function readNode(value: unknown): SceneNode | undefined {
  const kind = entryOf(value, 'kind');
  return isNodeKind(kind) ? readKeys(nodeSchemaOf(kind), value) : undefined;
}

/** Just the pose of what `readNode` reads: much cheaper where the tree is all that is asked for. */
export function readPose(value: unknown): Pose | undefined {
  if (!isNodeKind(entryOf(value, 'kind'))) return undefined;
  const stored = toPlain(entryOf(value, 'pose')) ?? {};
  if (isPlainPose(stored)) return { ...DEFAULT_POSE, ...(stored as Partial<Pose>) };
  const pose = poseSchema.safeParse(stored);
  return pose.success ? pose.data : DEFAULT_POSE;
}

export const readSettings = (value: unknown): SceneSettings =>
  readKeys(sceneSettingsSchema, value) ?? sceneSettingsSchema.parse({});

export const readMaterial = (value: unknown): Material | undefined => readKeys(materialSchema, value);

export const readAnimation = (value: unknown): Animation | undefined => readKeys(animationSchema, value);

export const readCommentThread = (value: unknown): CommentThread | undefined =>
  readKeys(commentThreadSchema, value);

/**
 * One key of what the above read, at the cost of that key alone: `stored` by its schema in `shape`, or the key's default where it
 * breaks that. A key that the shape does not know is as it is stored.
 */
export function readKey(shape: Readonly<Record<string, z.ZodType>>, key: string, stored: unknown): unknown {
  const schema = Object.hasOwn(shape, key) ? shape[key] : undefined;
  if (schema === undefined) return toPlain(stored);
  const parsed = schema.safeParse(toPlain(stored));
  return parsed.success ? parsed.data : schema.safeParse(undefined).data;
}
