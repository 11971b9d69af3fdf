import type { DocumentChange, RootMap } from '@diorama/shared';
import * as Y from 'yjs';
import { eachTouched, type AnyType } from '../rooms/document/touched-items.js';
import { changesOf, storedItem, type StoredItem } from './draft.js';

/**
 * What a transaction changed, item by item and key by key, as plain JSON.
 *
 * Costs what the transaction is, not what the document is. To be called in `afterTransaction`: before, the
 * deletions are not in order, and later Yjs has forgotten what was deleted.
 */
export function changesOfTransaction(doc: Y.Doc, transaction: Y.Transaction): DocumentChange[] {
  const history = new Before(transaction);
  const touched = touchedItems(doc, transaction);
  const changes: DocumentChange[] = [];
  for (const [root, ids] of touched) {
    const map = doc.getMap(root);
    if (root === 'scene') {
      changes.push(...changesOf(root, null, itemBefore(history.map(map)), storedItem(map)));
      continue;
    }
    for (const id of ids) {
      const before = history.entry(map, id);
      const after = map.has(id) ? (storedItem(map.get(id)) ?? {}) : undefined;
      changes.push(
        ...changesOf(root, id, before === undefined ? undefined : (itemBefore(before) ?? {}), after),
      );
    }
  }
  return changes;
}

/** Ids of the items of each root that a transaction touched; those of settings are their keys. */
function touchedItems(doc: Y.Doc, transaction: Y.Transaction): Map<RootMap, Set<string>> {
  const found = new Map<RootMap, Set<string>>();
  eachTouched(doc, transaction, (root, id) => {
    const ids = found.get(root);
    if (ids === undefined) found.set(root, new Set([id]));
    else ids.add(id);
  });
  return found;
}

const itemBefore = (value: unknown): StoredItem | undefined => storedItem(value);

/** What types held before a transaction. */
class Before {
  readonly #transaction: Y.Transaction;

  constructor(transaction: Y.Transaction) {
    this.#transaction = transaction;
  }

  /** The value of a map's key, as plain JSON; undefined where there was none. */
  entry(map: AnyType, key: string): unknown {
    let item = map._map.get(key) ?? null;
    while (item !== null && this.#added(item)) item = item.left;
    return item === null || !this.#wasThere(item) ? undefined : this.#value(item, item.length - 1);
  }

  map(map: AnyType): Record<string, unknown> {
    const entries: Record<string, unknown> = {};
    for (const key of map._map.keys()) {
      const value = key === '__proto__' ? undefined : this.entry(map, key);
      if (value !== undefined) entries[key] = value;
    }
    return entries;
  }

  #list(type: AnyType): unknown[] {
    const values: unknown[] = [];
    for (let item = type._start; item !== null; item = item.right) {
      if (this.#added(item) || !this.#wasThere(item) || !item.countable) continue;
      for (let at = 0; at < item.length; at++) values.push(this.#value(item, at));
    }
    return values;
  }

  #value(item: Y.Item, at: number): unknown {
    const { content } = item;
    if (!(content instanceof Y.ContentType)) return content.getContent()[at];
    const type: AnyType = content.type;
    // Text and XML are no part of our schema: what they hold after the transaction has to do.
    if (type instanceof Y.Map) return this.map(type);
    return type instanceof Y.Array ? this.#list(type) : type.toJSON();
  }

  #added(item: Y.Item): boolean {
    return item.id.clock >= (this.#transaction.beforeState.get(item.id.client) ?? 0);
  }

  #wasThere(item: Y.Item): boolean {
    return !item.deleted || Y.isDeleted(this.#transaction.deleteSet, item.id);
  }
}
