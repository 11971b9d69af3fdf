import type { SceneTree } from '@diorama/shared';

import type { Row } from './rows.js';

export type TreeCommand =
  | { readonly type: 'go'; readonly id: string }
  | { readonly type: 'expand'; readonly id: string; readonly expand: boolean }
  | { readonly type: 'toggle-selected'; readonly id: string }
  | { readonly type: 'rename'; readonly id: string }
  | { readonly type: 'menu'; readonly id: string };

interface Key {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

const PAGE_ROWS = 12;

/**
 * What a key means in the outliner, after the ARIA tree pattern; null leaves it to the editor's shortcuts.
 *
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/treeview/
 */
export function treeKey(
  key: Key,
  rows: readonly Row[],
  active: string | null,
  tree: SceneTree,
): TreeCommand | null {
  if (key.altKey || rows.length === 0) return null;
  const index = rows.findIndex((row) => row.id === active);
  const row = rows[index];
  const go = (to: number): TreeCommand | null => {
    const target = rows[Math.max(0, Math.min(rows.length - 1, to))];
    return target === undefined ? null : { type: 'go', id: target.id };
  };
  if (key.ctrlKey || key.metaKey)
    return key.key === ' ' && row !== undefined ? { type: 'toggle-selected', id: row.id } : null;
  switch (key.key) {
    case 'ArrowDown':
      return go(index + 1);
    case 'ArrowUp':
      return go(index === -1 ? rows.length - 1 : index - 1);
    case 'Home':
      return go(0);
    case 'End':
      return go(rows.length - 1);
    case 'PageDown':
      return go(index + PAGE_ROWS);
    case 'PageUp':
      return go(index - PAGE_ROWS);
  }
  if (row === undefined) return null;
  switch (key.key) {
    case 'ArrowRight':
      if (!row.hasChildren) return null;
      return row.expanded ? go(index + 1) : { type: 'expand', id: row.id, expand: true };
    case 'ArrowLeft': {
      if (row.expanded) return { type: 'expand', id: row.id, expand: false };
      const parent = tree.parentOf(row.id);
      return parent === null ? null : { type: 'go', id: parent };
    }
    case ' ':
      return { type: 'toggle-selected', id: row.id };
    case 'Enter':
    case 'F2':
      return { type: 'rename', id: row.id };
    case 'ContextMenu':
      return { type: 'menu', id: row.id };
    case 'F10':
      return key.shiftKey ? { type: 'menu', id: row.id } : null;
    default:
      return null;
  }
}
