import type { SceneNode, SceneTree } from '@diorama/shared';

/** One visible line of the outliner. */
export interface Row {
  readonly id: string;
  /** 1 for roots, as aria-level counts. */
  readonly level: number;
  readonly hasChildren: boolean;
  readonly expanded: boolean;
  /** Place among its siblings, from 1, and their number. */
  readonly position: number;
  readonly siblings: number;
}

/** The tree as lines, without what is below collapsed nodes. */
export function visibleRows(tree: SceneTree, collapsed: ReadonlySet<string>): Row[] {
  const rows: Row[] = [];
  // A stack of its own: a scene may be nested more deeply than calls may.
  const open = [{ ids: tree.roots, next: 0 }];
  for (let at = open.at(-1); at !== undefined; at = open.at(-1)) {
    const id = at.ids[at.next++];
    if (id === undefined) {
      open.pop();
      continue;
    }
    const children = tree.childrenOf(id);
    const expanded = children.length > 0 && !collapsed.has(id);
    rows.push({
      id,
      level: open.length,
      hasChildren: children.length > 0,
      expanded,
      position: at.next,
      siblings: at.ids.length,
    });
    if (expanded) open.push({ ids: children, next: 0 });
  }
  return rows;
}

/** All nodes whose name holds `text`, as a flat list in tree order. */
export function matchingRows(
  tree: SceneTree,
  node: (id: string) => SceneNode | undefined,
  text: string,
): Row[] {
  const wanted = text.trim().toLocaleLowerCase();
  const found = visibleRows(tree, new Set()).filter(({ id }) =>
    labelOf(node(id)).toLocaleLowerCase().includes(wanted),
  );
  return found.map(({ id }, index) => ({
    id,
    level: 1,
    hasChildren: false,
    expanded: false,
    position: index + 1,
    siblings: found.length,
  }));
}

const KIND_LABEL: Record<SceneNode['kind'], string> = {
  group: 'Group',
  model: 'Model',
  primitive: 'Shape',
  light: 'Light',
  camera: 'Camera',
};

/** What a node is called where it has no name of its own. */
export const labelOf = (node: SceneNode | undefined): string =>
  node === undefined ? '' : node.name === '' ? KIND_LABEL[node.kind] : node.name;

/** The ids between two rows, both included, in row order: what shift-click selects. */
export function rowRange(rows: readonly Row[], from: string, to: string): string[] {
  const a = rows.findIndex((row) => row.id === from);
  const b = rows.findIndex((row) => row.id === to);
  if (a === -1 || b === -1) return [to];
  return rows.slice(Math.min(a, b), Math.max(a, b) + 1).map((row) => row.id);
}
