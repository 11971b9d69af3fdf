import { orderBetween, ordersBetween } from '@diorama/shared';
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

/** Finds the order key for `id` at `place` below `parent`. Takes no longer where there are many siblings. */
export function findPlace(
  tree: DraftTree,
  id: string,
  parent: string | null,
  place: Place,
): Placing | NoPlace {
  const isThere = tree.has(id) && tree.parentOf(id) === parent;
  const siblings = new Siblings(tree.childrenOf(parent), isThere ? tree.indexOf(id) : undefined);
  const at = positionOf(tree, parent, place, siblings);
  return typeof at === 'number' ? placeAt(siblings, at) : at;
}

/** An order key after all that is below `parent`. */
export const orderAtEnd = (tree: DraftTree, parent: string | null): string =>
  orderBetween(tree.childrenOf(parent).at(-1)?.order ?? null, null);

interface Sibling {
  readonly id: string;
  readonly order: string;
}

/** The children of a parent without the one that is to be placed. */
class Siblings {
  readonly length: number;
  readonly #all: readonly Sibling[];
  readonly #own: number;

  constructor(all: readonly Sibling[], own: number | undefined) {
    this.#all = all;
    this.#own = own ?? all.length;
    this.length = own === undefined ? all.length : all.length - 1;
  }

  at(index: number): Sibling | undefined {
    return index < 0 ? undefined : this.#all[index < this.#own ? index : index + 1];
  }

  /** The position here of what is at `index` of all children. */
  without(index: number): number {
    return index > this.#own ? index - 1 : index;
  }
}

function positionOf(
  tree: DraftTree,
  parent: string | null,
  { index, before, after }: Place,
  siblings: Siblings,
): number | NoPlace {
  if (index !== undefined) return Math.min(index, siblings.length);
  const part = before !== undefined ? 'before' : 'after';
  const beside = before ?? after;
  if (beside === undefined) return siblings.length;
  const known = tree.has(beside) && tree.parentOf(beside) === parent ? tree.indexOf(beside) : undefined;
  const at = known === undefined ? undefined : siblings.without(known);
  if (at === undefined || siblings.at(at)?.id !== beside)
    return { part, message: `${beside} is not a child of that parent` };
  return part === 'before' ? at : at + 1;
}

/** Who keeps putting nodes into one place makes keys longer and longer. Beyond this, siblings move instead. */
const LONG_KEY = 64;
/** So short the keys become when siblings move: many more fit before they have to move again. */
const SHORT_KEY = 24;

/**
 * Siblings may have equal keys, for instance when a document gave none, or keys between which only very long ones fit: then
 * some of them, before or behind the place, get new keys.
 */
function placeAt(siblings: Siblings, at: number): Placing {
  const left = siblings.at(at - 1)?.order ?? null;
  const right = siblings.at(at)?.order ?? null;
  const order = orderBetween(left, right);
  if (order.length <= LONG_KEY && (left === null || order > left) && (right === null || order < right))
    return { order, moved: new Map() };
  return makeRoom(siblings, at);
}

/** The fewest siblings on one side of the place that leave room for short keys, found by taking twice as many each time. */
function makeRoom(siblings: Siblings, at: number): Placing {
  for (let reach = 1; ; reach *= 2) {
    const ahead = Math.max(0, at - reach);
    const behind = Math.min(siblings.length, at + reach);
    const placing =
      spread(siblings, ahead, at, at) ??
      spread(siblings, at, behind, at) ??
      (ahead === 0 && behind === siblings.length ? spread(siblings, ahead, behind, at) : undefined);
    if (placing !== undefined) return placing;
  }
}

/** New keys for the siblings in `[from, to)` and the place `at` among them; undefined where there is too little room. */
function spread(siblings: Siblings, from: number, to: number, at: number): Placing | undefined {
  const left = siblings.at(from - 1)?.order ?? null;
  const right = siblings.at(to)?.order ?? null;
  const keys = ordersBetween(left, right, to - from + 1);
  if (keys === undefined || keys.some((key) => key.length > SHORT_KEY)) return undefined;
  const moved = new Map<string, string>();
  for (let each = from; each < to; each++) {
    const { id } = siblings.at(each) as Sibling;
    moved.set(id, keys[each < at ? each - from : each - from + 1] as string);
  }
  return { order: keys[at - from] as string, moved };
}
