import type { Issue } from '@diorama/shared';
import * as Y from 'yjs';
import type { PreTransactionState } from './pre-transaction-state.js';

type Type = Y.AbstractType<unknown>;
type Keys = ReadonlySet<string | null>;

/** A violation that is undone. */
export interface Finding {
  readonly issue: Issue;
  /** The item that caused it, or the deleted item if the violation is a deletion. */
  readonly culprit: Y.Item | undefined;
  readonly code: FindingCode;
}

export type FindingCode = 'invalid_document' | 'scene_full' | 'not_author';

/**
 * Collects what must be undone in a transaction, and applies it afterwards.
 *
 * Corrections are written inside the transaction, so one update carries both the violation and its correction.
 */
export class Corrections {
  readonly #transaction: Y.Transaction;
  readonly #before: PreTransactionState;
  readonly #code: FindingCode;
  readonly #findings: Finding[] = [];
  readonly #steps: (() => unknown)[] = [];

  /** `code` is the default error code of the findings. */
  constructor(
    transaction: Y.Transaction,
    before: PreTransactionState,
    code: FindingCode = 'invalid_document',
  ) {
    this.#transaction = transaction;
    this.#before = before;
    this.#code = code;
  }

  /** Replaces what `culprit` wrote. */
  write(step: () => unknown, issue: Issue, culprit: Y.Item): void {
    this.#add(step, [issue], culprit);
  }

  /**
   * Restores what the key held before; deletes the key if it held nothing. With `isGood`, restores the last good value
   * that the transaction itself wrote before the bad one, if any: it may have come in an earlier frame.
   */
  restore(map: Type, key: string, issues: readonly Issue[], isGood?: (item: Y.Item) => boolean): void {
    this.#add(() => this.#restoreKey(map, key, isGood), issues, map._map.get(key));
  }

  /** Deletes the key, whatever it held before. The value of `because`, which caused this, stays. */
  remove(map: Type, key: string, issues: readonly Issue[], because: string): void {
    const culprit = map._map.get(because);
    this.#add(() => Y.Map.prototype.delete.call(map as Y.Map<unknown>, key), issues, culprit);
  }

  /** Removes what the transaction inserted into the list of `type`. */
  removeList(type: Type, issue: Issue): void {
    const culprit = this.#addedTo(type).at(-1);
    if (culprit !== undefined) this.#add(() => this.#removeAdded(type), [issue], culprit);
  }

  /** Removes what the transaction added to a type that no scene has. What it deleted there is no loss. */
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
   * Undoes changes of Yjs types nested in the value of a key.
   *
   * First undoes only the additions and overwrites, so that concurrent work in the same value stays. If the value is
   * still bad, restores it as a whole.
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

  /** Applies the corrections and returns the findings. */
  apply(): readonly Finding[] {
    if (this.#steps.length === 0) return this.#findings;
    for (const step of this.#steps) step();
    // If the server wrote into a remote transaction, Yjs would assume a second user of the server's client id and
    // change the id. So the transaction is marked as local. For remote transactions Yjs also clears its cached list
    // positions, which is done here instead.
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

  /** The last item that was added to or removed from these types. */
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
    // Every Yjs type has keys, but only Y.Map has methods that write them.
    const map = type as Y.Map<unknown>;
    if (item === undefined || item.content instanceof Y.ContentDoc) Y.Map.prototype.delete.call(map, key);
    else Y.Map.prototype.set.call(map, key, this.#before.valueOf(item));
  }
}

const isDeleted = (type: Type, key: string): boolean => type._map.get(key)?.deleted === true;
