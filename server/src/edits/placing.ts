import { orderBetween } from '@diorama/shared';
import type { DraftTree } from './draft-tree.js';

export interface Place {
  readonly index?: number | undefined;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

/** The order key of a node that comes to a place, and new ones for siblings that have to make room. */
export interface Placing {
  readonly order: string;
  readonly moved: ReadonlyMap<string, string>;
}

/** Why there is no such place, and which part of it says so. */
export interface NoPlace {
  readonly part: 'index' | 'before' | 'after';
  readonly message: string;
}

/** Finds the order key for `id` at `place` below `parent`. */
export function findPlace(
  tree: DraftTree,
  id: string,
  parent: string | null,
  place: Place,
): Placing | NoPlace {
  const siblings = tree.childrenOf(parent);
  const own = siblings.findIndex((sibling) => sibling.id === id);
  const others = own < 0 ? siblings : siblings.filter((sibling) => sibling.id !== id);
  const at = positionOf(place, others);
  return typeof at === 'number' ? placeAt(others, at) : at;
}

/** An order key after all that is below `parent`. */
export const orderAtEnd = (tree: DraftTree, parent: string | null): string =>
  orderBetween(tree.childrenOf(parent).at(-1)?.order ?? null, null);

interface Sibling {
  readonly id: string;
  readonly order: string;
}

function positionOf({ index, before, after }: Place, siblings: readonly Sibling[]): number | NoPlace {
  if (index !== undefined) return Math.min(index, siblings.length);
  const part = before !== undefined ? 'before' : 'after';
  const beside = before ?? after;
  if (beside === undefined) return siblings.length;
  const at = siblings.findIndex((sibling) => sibling.id === beside);
  if (at < 0) return { part, message: `${beside} is not a child of that parent` };
  return part === 'before' ? at : at + 1;
}

/**
 * Siblings may have equal keys, for instance when a document gave none: then nothing fits between them, and the shorter
 * part of them, before or behind the place, gets new keys.
 */
function placeAt(siblings: readonly Sibling[], at: number): Placing {
  const left = siblings[at - 1]?.order ?? null;
  const right = siblings[at]?.order ?? null;
  const order = orderBetween(left, right);
  if ((left === null || order > left) && (right === null || order < right))
    return { order, moved: new Map() };
  const behind = runBehind(siblings, at);
  const ahead = runAhead(siblings, at);
  return behind.length <= ahead.length
    ? makeRoomBehind(left, behind, siblings, at)
    : makeRoomAhead(right, ahead, siblings, at);
}

/** The siblings from `at` on whose keys leave no room behind the one before. */
function runBehind(siblings: readonly Sibling[], at: number): number[] {
  const run: number[] = [];
  const key = siblings[at - 1]?.order ?? '';
  for (let each = at; each < siblings.length && (siblings[each] as Sibling).order <= key; each++)
    run.push(each);
  return run;
}

/** The siblings up to `at` whose keys leave no room ahead of the one there, last first. */
function runAhead(siblings: readonly Sibling[], at: number): number[] {
  const run: number[] = [];
  const key = siblings[at]?.order ?? '';
  for (let each = at - 1; each >= 0 && (siblings[each] as Sibling).order >= key; each--) run.push(each);
  return run;
}

function makeRoomBehind(
  left: string | null,
  run: readonly number[],
  siblings: readonly Sibling[],
  at: number,
): Placing {
  const next = siblings[at + run.length]?.order ?? null;
  const moved = new Map<string, string>();
  const order = orderBetween(left, next);
  let last = order;
  for (const each of run) {
    last = orderBetween(last, next);
    moved.set((siblings[each] as Sibling).id, last);
  }
  return { order, moved };
}

function makeRoomAhead(
  right: string | null,
  run: readonly number[],
  siblings: readonly Sibling[],
  at: number,
): Placing {
  const previous = siblings[at - run.length - 1]?.order ?? null;
  const moved = new Map<string, string>();
  const order = orderBetween(previous, right);
  let first = order;
  for (const each of run) {
    first = orderBetween(previous, first);
    moved.set((siblings[each] as Sibling).id, first);
  }
  return { order, moved };
}
