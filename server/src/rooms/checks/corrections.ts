import type { Issue } from '@diorama/shared';
import * as Y from 'yjs';
import type { Before } from './before.js';

type Type = Y.AbstractType<unknown>;
type Keys = ReadonlySet<string | null>;

/**
 * What is to be undone of a transaction, gathered while it is looked at and done afterwards.
 *
 * Everything is written inside of the transaction: one update goes out, with what was wrong and its correction.
 */
export class Corrections {
  readonly #transaction: Y.Transaction;
  readonly #before: Before;
  readonly #issues: Issue[] = [];
  readonly #steps: (() => void)[] = [];

  constructor(transaction: Y.Transaction, before: Before) {
    this.#transaction = transaction;
    this.#before = before;
  }

  /** The key gets back what it held before; where it held nothing, it goes. */
  restore(map: Type, key: string, issues: readonly Issue[]): void {
    this.#add(() => this.#restoreKey(map, key), issues);
  }

  /** The key goes, whatever it held before. */
  remove(map: Type, key: string, issues: readonly Issue[]): void {
    this.#add(() => Y.Map.prototype.delete.call(map as Y.Map<unknown>, key), issues);
  }

  /** What the transaction put into the list of `type` goes. */
  removeList(type: Type, issue: Issue): void {
    if (this.#addedTo(type).length > 0) this.#add(() => this.#removeAdded(type), [issue]);
  }

  /** What the transaction added to a type that no scene has goes; what it deleted is no loss. */
  takeBack(type: Type, keys: Keys, issue: Issue): void {
    const added = [...keys].filter((key) => key !== null && this.#isAdded(type, key)) as string[];
    const lists = keys.has(null) && this.#addedTo(type).length > 0;
    if (added.length === 0 && !lists) return;
    this.#add(() => {
      for (const key of added) this.#restoreKey(type, key);
      if (lists) this.#removeAdded(type);
    }, [issue]);
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
    this.#add(() => {
      for (const [type, keys] of changes) {
        for (const changed of keys) {
          if (changed === null) this.#removeAdded(type);
          else if (type._map.get(changed) !== this.#before.itemOf(type, changed) || isDeleted(type, changed))
            this.#restoreKey(type, changed);
        }
      }
      if (!isGood()) this.#restoreKey(map, key);
    }, issues);
  }

  /** Writes the corrections; returns what was wrong. */
  apply(): readonly Issue[] {
    if (this.#steps.length === 0) return this.#issues;
    for (const step of this.#steps) step();
    // Yjs would take our own writes in somebody else's transaction for a second user of our client id. What it does for foreign
    // transactions besides, forgetting the positions that it cached in lists, is done here.
    for (const type of this.#transaction.changed.keys()) {
      const { _searchMarker: markers } = type as unknown as { _searchMarker: unknown[] | null };
      if (markers) markers.length = 0;
    }
    this.#transaction.local = true;
    return this.#issues;
  }

  #add(step: () => void, issues: readonly Issue[]): void {
    this.#steps.push(step);
    for (const issue of issues) this.#issues.push(issue);
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

  #restoreKey(type: Type, key: string): void {
    const item = this.#before.itemOf(type, key);
    // Any Yjs type may have keys, but only Y.Map says how they are written.
    const map = type as Y.Map<unknown>;
    if (item === undefined || item.content instanceof Y.ContentDoc) Y.Map.prototype.delete.call(map, key);
    else Y.Map.prototype.set.call(map, key, this.#before.valueOf(item));
  }
}

const isDeleted = (type: Type, key: string): boolean => type._map.get(key)?.deleted === true;
