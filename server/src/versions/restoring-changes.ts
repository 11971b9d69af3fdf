import {
  isNodeId,
  readAnimation,
  readMaterial,
  readNode,
  type DocumentChange,
  type RootMap,
} from '@diorama/shared';
import type * as Y from 'yjs';
import { changesOf, storedItem } from '../edits/draft.js';

/** What a restore puts back. Comments are conversation, not content, and stay as they are. */
const RESTORED = {
  nodes: readNode,
  materials: readMaterial,
  animations: readAnimation,
} as const satisfies Partial<Record<RootMap, (value: unknown) => unknown>>;

/** The version of the schema is that of whoever writes, not of what is written. */
const KEPT_SETTINGS = new Set(['schemaVersion']);

/**
 * The least change that makes `current` what `wanted` was, as it is stored: without defaults, unknown keys included.
 *
 * What is in `current` alone and cannot be read (an unknown kind, an id that is none) stays: nobody here knows what it is.
 */
export function restoringChanges(current: Y.Doc, wanted: Y.Doc): DocumentChange[] {
  const changes = changesOf(
    'scene',
    null,
    storedItem(current.getMap('scene')),
    storedItem(wanted.getMap('scene')),
  ).filter(({ key }) => key !== null && !KEPT_SETTINGS.has(key));
  for (const [name, read] of Object.entries(RESTORED)) {
    const root = name as keyof typeof RESTORED;
    const [now, then] = [current.getMap(root), wanted.getMap(root)];
    for (const [id, value] of now) {
      const isReadable = isNodeId(id) && read(value) !== undefined;
      if (!then.has(id) && isReadable) changes.push(...changesOf(root, id, storedItem(value), undefined));
    }
    for (const [id, value] of then) {
      const item = storedItem(value);
      if (item !== undefined) changes.push(...changesOf(root, id, storedItem(now.get(id)), item));
    }
  }
  return changes;
}
