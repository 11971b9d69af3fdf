import {
  boundFaults,
  DOCUMENT_BOUNDS,
  jsonPointer,
  shapeOf,
  TOO_MANY_KEYS,
  type Issue,
  type NodeKind,
  type RootMap,
} from '@diorama/shared';
import type { StoredItem } from '../draft.js';
import { fault, OperationFault } from './fault.js';

export interface WrittenItem {
  readonly root: RootMap;
  /** null for the settings. */
  readonly id: string | null;
  /** Of a node. */
  readonly kind?: NodeKind | undefined;
  /** What is written of it; undefined removes a key. */
  readonly values: StoredItem;
  /** How many keys it has then. */
  readonly keys: number;
}

/**
 * Throws what an editor who writes the same would have undone: keys and values that are too large, too many or nested too deeply.
 *
 * `path` is where the operation has the values.
 */
export function requireWithinBounds(
  { root, id, kind, values, keys }: WrittenItem,
  path: readonly string[],
): void {
  if (keys > DOCUMENT_BOUNDS.keys) throw fault(path, 'over_budget', TOO_MANY_KEYS);
  const shape = shapeOf(root, kind);
  const issues: Issue[] = [];
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const found = boundFaults(id === null ? [root, key] : [root, id, key], shape, value);
    for (const { pointer, message } of found)
      issues.push({ pointer: jsonPointer([...path, key]) + pointer, message, code: 'over_budget' });
  }
  if (issues.length > 0) throw new OperationFault(issues);
}
