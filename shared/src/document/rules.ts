import type { z } from 'zod';
import type * as Y from 'yjs';
import type { Issue } from '../errors/problem.js';
import { jsonPointer } from '../errors/zod-issues.js';
import { animationSchema } from '../scene/animation.js';
import { commentThreadSchema } from '../scene/comment.js';
import type { RootMap } from '../scene/document.js';
import { materialSchema } from '../scene/material.js';
import { NODE_KINDS, nodeSchemaOf, type NodeKind } from '../scene/node.js';
import { SCHEMA_VERSION, sceneSettingsSchema } from '../scene/settings.js';
import { isPlainPose } from './plain-values.js';
import { toPlain } from './values.js';
import { weigh, weighValue, type WeighedFault } from './weigh.js';

const KIB = 1024;

/** Bounds of what a document may hold that its JSON schema does not state. Bytes are estimates, see `weigh`. */
export const DOCUMENT_BOUNDS = {
  /** One key that this version does not know. */
  unknownKeyBytes: 64 * KIB,
  /** One key that it knows, other than the next two. */
  keyBytes: 256 * KIB,
  trackBytes: 16 * KIB * KIB,
  messageBytes: 20 * KIB * KIB,
  /** Keys of one node, material, animation, comment thread, or of the scene. */
  keys: 256,
  keyLength: 256,
} as const;

/** Issues that are reported of one key. */
const MAX_ISSUES = 5;

export type Shape = Readonly<Record<string, z.ZodType>>;

/** The keys that an entry of a root map may have and what each may hold: a node's depend on its kind. */
export function shapeOf(root: RootMap, kind?: NodeKind): Shape {
  switch (root) {
    case 'scene':
      return sceneSettingsSchema.shape;
    case 'nodes':
      return nodeSchemaOf(kind ?? 'group').shape;
    case 'materials':
      return materialSchema.shape;
    case 'animations':
      return animationSchema.shape;
    case 'comments':
      return commentThreadSchema.shape;
  }
}

/** Where a value stands in the document: the path from its root map on, ending with its key. */
export type ValuePath = readonly [RootMap, ...string[]];

/** What is wrong with the value that `item`, the current one of a key, holds; empty when nothing is. `shape` is that of the map. */
export function faultsOf(path: ValuePath, shape: Shape, item: Y.Item): readonly Issue[] {
  const key = path[path.length - 1] as string;
  const value = soleValue(item);
  if (isCertainlyGood(key, value, path[0])) return [];
  if (key.length > DOCUMENT_BOUNDS.keyLength)
    return [fault(path, `A key has at most ${DOCUMENT_BOUNDS.keyLength} characters`)];
  // Asked for by name alone, `__proto__` would be known to every shape.
  const schema = Object.hasOwn(shape, key) ? shape[key] : undefined;
  const most = mostBytes(path, schema !== undefined);
  const weighed = weigh(item, most);
  if (weighed !== undefined) return [fault([...path, ...weighed.path.reverse()], describe(weighed, most))];
  return schema === undefined ? [] : schemaFaults(path, schema, toPlain(lastValue(item)));
}

/** What `faultsOf` would find of a plain value once it is stored. */
export function valueFaults(path: ValuePath, shape: Shape, value: unknown): readonly Issue[] {
  const key = path[path.length - 1] as string;
  if (isCertainlyGood(key, value, path[0])) return [];
  const bounds = boundFaults(path, shape, value);
  if (bounds.length > 0)
    return bounds.map((each) => ({ ...each, pointer: jsonPointer(path) + each.pointer }));
  const schema = Object.hasOwn(shape, key) ? shape[key] : undefined;
  return schema === undefined ? [] : schemaFaults(path, schema, value);
}

function schemaFaults(path: ValuePath, schema: z.ZodType, plain: unknown): readonly Issue[] {
  const parsed = schema.safeParse(plain);
  if (!parsed.success) {
    return parsed.error.issues.slice(0, MAX_ISSUES).map(({ path: below, message }) => ({
      pointer: jsonPointer([...path, ...below]),
      message,
    }));
  }
  if (
    path[0] === 'scene' &&
    path[path.length - 1] === 'schemaVersion' &&
    typeof plain === 'number' &&
    plain > SCHEMA_VERSION
  )
    return [fault(path, `This server knows schema version ${SCHEMA_VERSION}`)];
  return [];
}

/**
 * What is wrong with a plain value that is to be stored at `path`, besides what its schema says: `faultsOf` would undo it when an
 * editor writes it. Pointers are below `path`; codes say whether it is too much, or wrong.
 */
export function boundFaults(path: ValuePath, shape: Shape, value: unknown): readonly Issue[] {
  const key = path[path.length - 1] as string;
  if (key.length > DOCUMENT_BOUNDS.keyLength)
    return [
      { ...fault([], `A key has at most ${DOCUMENT_BOUNDS.keyLength} characters`), code: 'over_budget' },
    ];
  const most = mostBytes(path, Object.hasOwn(shape, key));
  const weighed = weighValue(value, most);
  if (weighed === undefined) return [];
  const isTooMuch = weighed.reason === 'too-large' || weighed.reason === 'too-deep';
  const code = isTooMuch ? 'over_budget' : 'invalid_document';
  return [{ ...fault(weighed.path.reverse(), describe(weighed, most)), code }];
}

export const TOO_MANY_KEYS = `It has more than ${DOCUMENT_BOUNDS.keys} keys`;

export const fault = (path: readonly (string | number)[], message: string): Issue => ({
  pointer: jsonPointer(path.map(shortened)),
  message,
});

/** The message for a node whose kind is missing or unknown. */
export const KIND_MESSAGE = `A node's kind is one of ${NODE_KINDS.join(', ')}`;

/** A pointer says where, it need not repeat what was refused for its length. */
const shortened = (key: string | number): string | number =>
  typeof key === 'number' || key.length <= DOCUMENT_BOUNDS.keyLength
    ? key
    : `${key.slice(0, DOCUMENT_BOUNDS.keyLength)}…`;

const lastValue = (item: Y.Item): unknown => {
  const values = item.content.getContent() as unknown[];
  return values[values.length - 1];
};

/** The value of an item that holds one plain value; undefined for all others. */
const soleValue = (item: Y.Item): unknown => {
  const { arr } = item.content as { arr?: readonly unknown[] };
  return arr?.length === 1 ? arr[0] : undefined;
};

/** The commonest writes, told without the schema. */
function isCertainlyGood(key: string, value: unknown, root: RootMap): boolean {
  switch (key) {
    case 'pose':
      return root === 'nodes' && isPlainPose(value);
    case 'visible':
    case 'locked':
    case 'castShadow':
    case 'receiveShadow':
    case 'doubleSided':
    case 'resolved':
      return typeof value === 'boolean';
    case 'name':
      return typeof value === 'string' && value.length <= 512;
    default:
      return false;
  }
}

function mostBytes(path: ValuePath, known: boolean): number {
  if (!known) return DOCUMENT_BOUNDS.unknownKeyBytes;
  const key = path[path.length - 1];
  if (path[0] === 'animations' && key === 'tracks') return DOCUMENT_BOUNDS.trackBytes;
  if (path[0] === 'comments' && key === 'messages') return DOCUMENT_BOUNDS.messageBytes;
  return DOCUMENT_BOUNDS.keyBytes;
}

function describe({ reason }: WeighedFault, most: number): string {
  switch (reason) {
    case 'not-finite':
      return 'It is not a finite number';
    case 'not-json':
      return 'It is not JSON';
    case 'no-key':
      return 'It is not a key that a document can hold';
    case 'too-deep':
      return 'It is nested too deeply';
    case 'too-large':
      return `It is larger than ${most} bytes`;
  }
}
