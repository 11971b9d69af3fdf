import {
  fault,
  faultsOf,
  isNodeKind,
  KIND_MESSAGE,
  shapeOf,
  type Issue,
  type NodeKind,
  type Shape,
} from '@diorama/shared';
import type * as Y from 'yjs';
import type { PreTransactionState } from './pre-transaction-state.js';
import type { Corrections } from './corrections.js';

type Type = Y.AbstractType<unknown>;

interface Misfit {
  readonly key: string;
  readonly faults: readonly Issue[];
}

/** The kind of a node after the checks, if any. */
export interface SettledKind {
  readonly kind: NodeKind | undefined;
  /** Whether the key `kind` has been checked already. */
  readonly isChecked: boolean;
}

const NO_SHAPE: Shape = {};

/** The keys that a node may hold. A node of an unknown kind has no shape here: its own schema version defines it. */
export const nodeShape = (kind: NodeKind | undefined): Shape =>
  kind === undefined ? NO_SHAPE : shapeOf('nodes', kind);

/** Checks changes of a node's kind: the rest of the node must fit its new kind. */
export class NodeKinds {
  readonly #before: PreTransactionState;
  readonly #corrections: Corrections;

  constructor(before: PreTransactionState, corrections: Corrections) {
    this.#before = before;
    this.#corrections = corrections;
  }

  /** The kind of a new node; if it has none, the last valid one it had within the transaction. */
  ofNew(node: Type): NodeKind | undefined {
    return kindOf(node) ?? this.#earlierKindOf(node);
  }

  /**
   * Checks the changed kind of an existing node. If it is invalid or the rest of the node does not fit it, undoes it.
   */
  settle(node: Type, id: string, keys: ReadonlySet<string | null>): SettledKind {
    const kind = kindOf(node);
    if (!keys.has('kind')) return { kind, isChecked: false };
    const previousItem = this.#before.itemOf(node, 'kind');
    if (previousItem === undefined) return this.#settleFirst(node, id, kind);
    if (node._map.get('kind') === previousItem && !previousItem.deleted) return { kind, isChecked: false };
    const value = this.#before.valueOf(previousItem);
    const previous = isNodeKind(value) ? value : undefined;
    const misfit =
      kind === undefined || previous === undefined ? undefined : this.#misfits(node, id, kind, previous)[0];
    if (kind !== undefined && misfit === undefined) return { kind, isChecked: false };
    this.#restore(node, id, misfit === undefined ? KIND_MESSAGE : `Its ${misfit.key} does not fit`);
    return { kind: previous, isChecked: true };
  }

  /** The node had no kind before, so no reader showed it: keys that do not fit its first kind are removed. */
  #settleFirst(node: Type, id: string, kind: NodeKind | undefined): SettledKind {
    if (kind === undefined) {
      if (isSet(node, 'kind')) this.#restore(node, id, KIND_MESSAGE);
      return { kind, isChecked: true };
    }
    for (const { key, faults } of this.#misfits(node, id, kind, undefined))
      this.#corrections.remove(node, key, faults, 'kind');
    return { kind, isChecked: false };
  }

  #restore(node: Type, id: string, message: string): void {
    this.#corrections.restore(node, 'kind', [fault(['nodes', id, 'kind'], message)]);
  }

  #earlierKindOf(node: Type): NodeKind | undefined {
    const item = this.#before.lastGoodOf(node, 'kind', (each) => isNodeKind(this.#before.valueOf(each)));
    const kind = item && this.#before.valueOf(item);
    return isNodeKind(kind) ? kind : undefined;
  }

  /** Keys from the node's previous kind that are invalid for its new kind. */
  #misfits(node: Type, id: string, kind: NodeKind, previous: NodeKind | undefined): Misfit[] {
    const shape = nodeShape(kind);
    const earlier = nodeShape(previous);
    const found: Misfit[] = [];
    for (const key of Object.keys(shape)) {
      const item = node._map.get(key);
      if (key === 'kind' || Object.hasOwn(earlier, key) || item === undefined) continue;
      if (item.deleted || this.#before.isNew(item)) continue;
      const faults = faultsOf(['nodes', id, key], shape, item);
      if (faults.length > 0) found.push({ key, faults });
    }
    return found;
  }
}

export function kindOf(node: Type): NodeKind | undefined {
  const item = node._map.get('kind');
  if (item === undefined || item.deleted) return undefined;
  const values = item.content.getContent() as unknown[];
  const kind = values[values.length - 1];
  return isNodeKind(kind) ? kind : undefined;
}

const isSet = (map: Type, key: string): boolean => map._map.get(key)?.deleted === false;
