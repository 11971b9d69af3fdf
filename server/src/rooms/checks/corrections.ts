import type { Issue } from '@diorama/shared';
import * as Y from 'yjs';
import type { PreTransactionState } from './pre-transaction-state.js';

type Type = Y.AbstractType<unknown>;
type Keys = ReadonlySet<string | null>;

/** Something wrong that is undone. */
export interface Finding {
  readonly issue: Issue;
  /** What brought it, or, where something was deleted, what that was. */
  readonly culprit: Y.Item | undefined;
  readonly code: FindingCode;
}

export type FindingCode = 'invalid_document' | 'scene_full' | 'not_author';

/**
 * What is to be undone of a transaction, gathered while it is looked at and done afterwards.
 *
 * Everything is written inside of the transaction: one update goes out, with what was wrong and its correction.
 */
export class Corrections {
  readonly #transaction: Y.Transaction;
  readonly #before: PreTransactionState;
  readonly #code: FindingCode;
  readonly #findings: Finding[] = [];
  readonly #steps: (() => unknown)[] = [];

  /** `code` is that of what is wrong, unless another is said. */
  constructor(
    transaction: Y.Transaction,
    before: PreTransactionState,
    code: FindingCode = 'invalid_document',
  ) {
    this.#transaction = transaction;
    this.#before = before;
    this.#code = code;
  }

  /** Something else is written in the place of what `culprit` brought. */
  write(step: () => unknown, issue: Issue, culprit: Y.Item): void {
    this.#add(step, [issue], culprit);
  }

  /**
   * The key gets back what it held before; where it held nothing, it goes. With `isGood` that is the last good value of those that
   * the transaction brought before the wrong one, if there is any: they may have come in frames of their own.
   */
  restore(map: Type, key: string, issues: readonly Issue[], isGood?: (item: Y.Item) => boolean): void {
    this.#add(() => this.#restoreKey(map, key, isGood), issues, map._map.get(key));
  }

  /** The key goes, whatever it held before: what was written as `because` does not go with it. */
  remove(map: Type, key: string, issues: readonly Issue[], because: string): void {
    const culprit = map._map.get(because);
    this.#add(() => Y.Map.prototype.delete.call(map as Y.Map<unknown>, key), issues, culprit);
  }

  /** What the transaction put into the list of `type` goes. */
  removeList(type: Type, issue: Issue): void {
    const culprit = this.#addedTo(type).at(-1);
    if (culprit !== undefined) this.#add(() => this.#removeAdded(type), [issue], culprit);
  }

  /** What the transaction added to a type that no scene has goes; what it deleted is no loss. */
  takeBack(type: Type, keys: Keys, issue: Issue, code = this.#code): void {
    const added = [...keys].filter((key) => key !== null && this.#isAdded(type, key)) as string[];
    const listed = keys.has(null) ? this.#addedTo(type).at(-1) : undefined;
    if (added.length === 0 && listed === undefined) return;
    const undo = (): void => {
      for (const key of added) this.#restoreKey(type, key);
      if (listed !== undefined) this.#removeAdded(type);
    };
    this.#add(undo, [issue], listed ?? type._map.get(added.at(-1) as string), code);
  }

  /**
   * Undoes changes of Yjs types inside of the value of a key.
   *
   * First what was added and overwritten, so that concurrent work in the same value stays; where that is not enough, the
   * value as a whole becomes what it was.
   */
  undoNested(
    map: Type,
    key: string,
    changes: readonly (readonly [Type, Keys])[],
    isGood: () => boolean,
    issues: readonly Issue[],
  ): void {
    const undo = (): void => {
      for (const [type, keys] of changes) {
        for (const changed of keys) {
          if (changed === null) this.#removeAdded(type);
          else if (type._map.get(changed) !== this.#before.itemOf(type, changed) || isDeleted(type, changed))
            this.#restoreKey(type, changed);
        }
      }
      if (!isGood()) this.#restoreKey(map, key);
    };
    this.#add(undo, issues, this.#lastOf(changes));
  }

  /** Writes the corrections; returns what was wrong. */
  apply(): readonly Finding[] {
    if (this.#steps.length === 0) return this.#findings;
    for (const step of this.#steps) step();
    // Yjs would take our own writes in somebody else's transaction for a second user of our client id. What it does for foreign
    // transactions besides, forgetting the positions that it cached in lists, is done here.
    for (const type of this.#transaction.changed.keys()) {
      const { _searchMarker: markers } = type as unknown as { _searchMarker: unknown[] | null };
      if (markers) markers.length = 0;
    }
    this.#transaction.local = true;
    return this.#findings;
  }

  #add(step: () => unknown, issues: readonly Issue[], culprit: Y.Item | undefined, code = this.#code): void {
    this.#steps.push(step);
    for (const issue of issues) this.#findings.push({ issue, culprit, code });
  }

  /** Of what came into or went from these types, the one that was named last. */
  #lastOf(changes: readonly (readonly [Type, Keys])[]): Y.Item | undefined {
    const items = changes.flatMap(([type, keys]) =>
      [...keys].map((key) => (key === null ? this.#addedTo(type).at(-1) : type._map.get(key))),
    );
    return items.findLast((item) => item !== undefined);
  }

  #isAdded(type: Type, key: string): boolean {
    const item = type._map.get(key);
    return item !== undefined && !item.deleted && this.#before.isNew(item);
  }

  #addedTo(type: Type): Y.Item[] {
    const added: Y.Item[] = [];
    for (let item = type._start; item !== null; item = item.right)
      if (!item.deleted && this.#before.isNew(item)) added.push(item);
    return added;
  }

  #removeAdded(type: Type): void {
    for (const item of this.#addedTo(type)) item.delete(this.#transaction);
  }

  #restoreKey(type: Type, key: string, isGood?: (item: Y.Item) => boolean): void {
    const item = isGood ? this.#before.lastGoodOf(type, key, isGood) : this.#before.itemOf(type, key);
    // Any Yjs type may have keys, but only Y.Map says how they are written.
    const map = type as Y.Map<unknown>;
    if (item === undefined || item.content instanceof Y.ContentDoc) Y.Map.prototype.delete.call(map, key);
    else Y.Map.prototype.set.call(map, key, this.#before.valueOf(item));
  }
}

const isDeleted = (type: Type, key: string): boolean => type._map.get(key)?.deleted === true;
