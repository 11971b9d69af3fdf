import { type DragEvent, useState } from 'react';

import { mayMoveBelow, selectionRoots } from '../commands/selection-roots.js';
import { useEditor } from '../state/editor-context.js';
import type { Row } from './rows.js';
import type { DropMark } from './tree-row.js';

interface Target {
  readonly row: string;
  readonly mark: DropMark;
}

/** Part of a row's height, at its top and its bottom, that means "between the rows". */
const EDGE = 0.28;

/** Dragging rows of the outliner to another place in the tree. */
export function useDrag() {
  const { store, state, actions } = useEditor();
  const [dragged, setDragged] = useState<readonly string[]>([]);
  const [target, setTarget] = useState<Target | null>(null);

  const end = () => {
    setDragged([]);
    setTarget(null);
  };

  const start = (event: DragEvent, id: string) => {
    const { selection } = state.value;
    const ids = selectionRoots(selection.includes(id) ? selection : [id], store.tree());
    event.dataTransfer.effectAllowed = 'move';
    event.dataTransfer.setData('application/x-diorama-nodes', ids.join(','));
    setDragged(ids);
  };

  const over = (event: DragEvent, row: Row) => {
    if (dragged.length === 0) return;
    event.preventDefault();
    const { top, height } = event.currentTarget.getBoundingClientRect();
    const at = (event.clientY - top) / height;
    const mark = at < EDGE ? 'before' : at > 1 - EDGE && !row.expanded ? 'after' : 'inside';
    const tree = store.tree();
    const parent = mark === 'inside' ? row.id : tree.parentOf(row.id);
    const allowed = mayMoveBelow(dragged, parent, tree);
    event.dataTransfer.dropEffect = allowed ? 'move' : 'none';
    const next: Target = { row: row.id, mark: allowed ? mark : 'refused' };
    if (target?.row !== next.row || target.mark !== next.mark) setTarget(next);
  };

  const drop = (event: DragEvent) => {
    if (dragged.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    if (target !== null) {
      const tree = store.tree();
      const parent = tree.parentOf(target.row);
      const siblings = tree.childrenOf(parent);
      switch (target.mark) {
        case 'inside':
          actions.move(dragged, { parent: target.row, before: null });
          break;
        case 'before':
          actions.move(dragged, { parent, before: target.row });
          break;
        case 'after':
          actions.move(dragged, { parent, before: siblings[siblings.indexOf(target.row) + 1] ?? null });
          break;
        case 'refused':
          break;
      }
    }
    end();
  };

  /** On the empty space below the rows: to the end of the root. */
  const dropOutside = (event: DragEvent) => {
    if (dragged.length === 0) return;
    event.preventDefault();
    actions.move(dragged, { parent: null, before: null });
    end();
  };

  return { dragging: dragged.length > 0, target, start, over, drop, dropOutside, end };
}
