import {
  boundFaults,
  DOCUMENT_BOUNDS,
  jsonPointer,
  shapeOf,
  TOO_MANY_KEYS,
  valueFaults,
  type Issue,
  type NodeKind,
  type RootMap,
} from '@diorama/shared';
import type { Draft, StoredItem } from '../draft.js';
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
    for (const each of found) issues.push({ ...each, pointer: jsonPointer([...path, key]) + each.pointer });
  }
  if (issues.length > 0) throw new OperationFault(issues);
}

/**
 * What an editor who writes the same would have undone, at most `most` faults, by the operations that wrote it last.
 *
 * Operations judge what they were given, by its pointer. This is for what they made of it: whatever they overlook, nothing is
 * written that the checks of the socket would not let stay.
 */
export function faultsOfDraft(draft: Draft, most: number): Issue[] {
  const issues: Issue[] = [];
  for (const { root, id, key, after } of draft.changes()) {
    if (after === undefined) continue;
    const isJudged = draft.isJudged(root, id);
    const kind = root === 'nodes' && id !== null ? draft.value(root, id, 'kind') : undefined;
    const shape = shapeOf(root, kind as NodeKind | undefined);
    const written = key === null ? Object.entries(after as StoredItem) : ([[key, after]] as const);
    for (const [name, value] of written) {
      // Of what was judged as it was given, the pose alone may have been changed since: it got a place.
      if (isJudged && name !== 'pose') continue;
      for (const { pointer, message } of valueFaults(
        id === null ? [root, name] : [root, id, name],
        shape,
        value,
      ))
        issues.push({
          pointer: jsonPointer(['operations', draft.stepOf(root, id)]),
          message: `It would write ${pointer}: ${message}`,
          code: 'invalid_document',
        });
      if (issues.length >= most) return issues;
    }
  }
  return issues;
}
