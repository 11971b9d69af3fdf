import { ROOT_MAPS } from '@diorama/shared';
import type * as Y from 'yjs';
import { PreTransactionState } from './pre-transaction-state.js';
import type { EntryRoot } from './pre-apply-check.js';

type Type = Y.AbstractType<unknown>;

const isLive = (type: Type, id: string): boolean => type._map.get(id)?.deleted === false;

/** The number of entries in each root map. Counted once and then maintained: Yjs would count at every call. */
export class EntryCounts {
  readonly #counts = new Map<EntryRoot, { readonly type: Type; count: number }>();

  constructor(doc: Y.Doc) {
    for (const root of ROOT_MAPS) {
      if (root === 'scene') continue;
      const map = doc.getMap(root);
      this.#counts.set(root, { type: map as Type, count: map.size });
    }
    doc.on('afterTransaction', (transaction: Y.Transaction) => this.#changed(transaction));
  }

  of(root: EntryRoot): number {
    return this.#counts.get(root)?.count ?? 0;
  }

  #changed(transaction: Y.Transaction): void {
    let before: PreTransactionState | undefined;
    for (const entries of this.#counts.values()) {
      const ids = (transaction.changed as ReadonlyMap<unknown, ReadonlySet<string | null>>).get(entries.type);
      if (ids === undefined) continue;
      before ??= new PreTransactionState(transaction);
      entries.count += growth(entries.type, ids, before);
    }
  }
}

/** By how many entries the transaction changed the count. */
export function growth(type: Type, ids: ReadonlySet<string | null>, before: PreTransactionState): number {
  let more = 0;
  for (const id of ids) {
    if (id === null) continue;
    const is = isLive(type, id);
    const was = before.itemOf(type, id) !== undefined;
    if (is !== was) more += is ? 1 : -1;
  }
  return more;
}
