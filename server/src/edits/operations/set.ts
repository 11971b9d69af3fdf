import {
  animationSchema,
  isNodeId,
  isNodeKind,
  issuesOf,
  jsonPointer,
  materialSchema,
  nodeSchemaOf,
  readKey,
  sameValue,
  SCHEMA_VERSION,
  sceneSettingsSchema,
  type Issue,
  type NodeKind,
  type OperationOf,
  type RootMap,
  type SceneNode,
} from '@diorama/shared';
import type { z } from 'zod';
import type { Draft, StoredItem } from '../draft.js';
import { requireWithinBounds } from './bounds.js';
import type { Done, OperationContext } from './context.js';
import { fault, OperationFault } from './fault.js';
import { ROOT_OF } from './item-roots.js';

type SetOperation = OperationOf<'set'>;
type Shape = Readonly<Record<string, z.ZodType>>;

/** Values that are objects of fixed form: what a caller leaves out of them stays. */
const MERGED = ['pose', 'geometry', 'light', 'camera'];

export function set(context: OperationContext, operation: SetOperation): Done {
  switch (operation.target) {
    case 'settings':
      return setSettings(context, operation);
    case 'node':
      return setNode(context, operation);
    case 'material':
      return setItem(context, operation, 'material', materialSchema.shape);
    case 'animation':
      return setItem(context, operation, 'animation', animationSchema.shape);
  }
}

function setSettings({ draft }: OperationContext, operation: SetOperation): Done {
  const stored = draft.item('scene') ?? {};
  const checked = checkedValues(sceneSettingsSchema.shape, operation, stored);
  const version = checked['schemaVersion'];
  if (typeof version === 'number' && version > SCHEMA_VERSION)
    throw fault(
      ['values', 'schemaVersion'],
      'invalid_document',
      `This server writes version ${SCHEMA_VERSION}`,
    );
  write(draft, 'scene', null, checked);
  return { id: null };
}

function setNode({ draft }: OperationContext, { id = '', values, unset }: SetOperation): Done {
  const stored = isNodeId(id) ? draft.item('nodes', id) : undefined;
  const kind = stored?.['kind'];
  if (stored === undefined || !isNodeKind(kind)) throw fault(['id'], 'unknown_id', `There is no node ${id}`);
  if (Object.hasOwn(values, 'kind') && values['kind'] !== kind)
    throw fault(['values', 'kind'], 'invalid_document', `Node ${id} is a ${kind} and stays one`);
  if (unset.includes('kind'))
    throw fault(['unset', unset.indexOf('kind')], 'invalid_document', 'A node has a kind');
  const checked = checkedValues(nodeSchemaOf(kind).shape, { values, unset }, stored);
  const pose = checked['pose'] as SceneNode['pose'] | undefined;
  if (pose !== undefined && pose.parent !== draft.pose(id)?.parent)
    requireParent(draft.tree, id, pose.parent, ['values', 'pose', 'parent']);
  write(draft, 'nodes', id, checked, kind);
  return { id };
}

function setItem(
  { draft }: OperationContext,
  { id = '', values, unset }: SetOperation,
  target: 'material' | 'animation',
  shape: Shape,
): Done {
  const root = ROOT_OF[target];
  const stored = isNodeId(id) ? draft.item(root, id) : undefined;
  if (stored === undefined) throw fault(['id'], 'unknown_id', `There is no ${target} ${id}`);
  write(draft, root, id, checkedValues(shape, { values, unset }, stored));
  return { id };
}

/** Throws when an item would hold more than an editor may write into it. */
function write(draft: Draft, root: RootMap, id: string | null, values: StoredItem, kind?: NodeKind): void {
  const keys = new Set(Object.keys(draft.item(root, id ?? undefined) ?? {}));
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) keys.delete(key);
    else keys.add(key);
  }
  requireWithinBounds({ root, id, kind, values, keys: keys.size }, ['values']);
  draft.write(root, id, values, true);
}

/** Throws unless `parent` is a node that does not lie below `id`. */
export function requireParent(
  tree: { has(id: string): boolean; isWithin(id: string, ancestor: string): boolean },
  id: string,
  parent: string | null,
  path: readonly PropertyKey[],
): void {
  if (parent === null) return;
  if (!tree.has(parent)) throw fault(path, 'unknown_id', `There is no node ${parent}`);
  if (tree.isWithin(parent, id)) throw fault(path, 'below_itself', `Node ${id} cannot come below itself`);
}

/**
 * The values as the schema reads them, and undefined for the keys to remove. Throws with every fault.
 *
 * What is not stored and reads so by default already is left out: writing it would be an edit that changes nothing.
 */
function checkedValues(
  shape: Shape,
  { values, unset }: Pick<SetOperation, 'values' | 'unset'>,
  stored: StoredItem,
): StoredItem {
  const checked: Record<string, unknown> = {};
  const issues: Issue[] = [];
  for (const [at, key] of unset.entries()) {
    checked[key] = undefined;
    if (Object.hasOwn(values, key))
      issues.push({
        pointer: jsonPointer(['unset', at]),
        message: `${key} is also in values`,
        code: 'invalid_document',
      });
  }
  for (const [key, value] of Object.entries(values)) {
    const schema = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (schema === undefined) {
      checked[key] = value;
      continue;
    }
    const isStored = Object.hasOwn(stored, key);
    // Reading costs what is stored there, which may be much: only for what needs it.
    const current = isStored && !MERGED.includes(key) ? undefined : readKey(shape, key, stored[key]);
    const parsed = schema.safeParse(merged(key, value, current));
    if (parsed.success) {
      if (isStored || !sameValue(current, parsed.data)) checked[key] = parsed.data;
    } else
      for (const issue of issuesOf(parsed.error, ['values', key]))
        issues.push({ ...issue, code: 'invalid_document' });
  }
  if (issues.length > 0) throw new OperationFault(issues);
  return checked;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Another type of geometry, light or camera starts from its own defaults. */
function merged(key: string, value: unknown, current: unknown): unknown {
  if (!MERGED.includes(key) || !isObject(value) || !isObject(current)) return value;
  return value['type'] === undefined || value['type'] === current['type'] ? { ...current, ...value } : value;
}
