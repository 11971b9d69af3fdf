import { toStorable } from '@diorama/shared';
import * as Y from 'yjs';

type Type = Y.AbstractType<unknown>;
type Ranges = readonly { readonly clock: number; readonly len: number }[];

/**
 * Reads what the document held before the running transaction.
 *
 * Yjs drops deleted content only when the transaction ends, so until then it can be read.
 */
export class PreTransactionState {
  readonly #transaction: Y.Transaction;
  readonly #deleted = new Map<number, Ranges>();

  constructor(transaction: Y.Transaction) {
    this.#transaction = transaction;
  }

  /** Whether the transaction added this item. */
  isNew(item: Y.Item): boolean {
    return item.id.clock >= (this.#transaction.beforeState.get(item.id.client) ?? 0);
  }

  /** The item that held the key before the transaction; undefined if none did. */
  itemOf(type: Type, key: string): Y.Item | undefined {
    let item: Y.Item | null | undefined = type._map.get(key);
    while (item && this.isNew(item)) item = item.left;
    return item && this.wasLive(item) ? item : undefined;
  }

  /**
   * The last good value of the key: the transaction may have written several, of which the current one is bad. Yjs
   * types are skipped, since what they held at that moment is no longer known.
   */
  lastGoodOf(type: Type, key: string, isGood: (item: Y.Item) => boolean): Y.Item | undefined {
    let item = type._map.get(key)?.left;
    for (; item && this.isNew(item); item = item.left) if (holdsValue(item) && isGood(item)) return item;
    return this.itemOf(type, key);
  }

  wasLive(item: Y.Item): boolean {
    return !this.isNew(item) && (!item.deleted || this.#hasDeleted(item.id));
  }

  /** A copy of the item's value that can be written again. */
  valueOf(item: Y.Item): unknown {
    const { content } = item;
    if (content instanceof Y.ContentType) return this.#copyOf(content.type as Type);
    const values = content.getContent() as unknown[];
    return toStorable(values[values.length - 1]);
  }

  /** The item's value as plain JSON. */
  plainOf(item: Y.Item): unknown {
    const { content } = item;
    if (!(content instanceof Y.ContentType)) return this.valueOf(item);
    const type = content.type as Type;
    if (type instanceof Y.Text) return this.#textOf(type as Type);
    if (type instanceof Y.Array)
      return this.#itemsOf(type as Type).flatMap((each) => this.#plainValuesOf(each));
    const keys = [...type._map.keys()].flatMap((key): [string, unknown][] => {
      const held = this.itemOf(type, key);
      return held === undefined ? [] : [[key, this.plainOf(held)]];
    });
    return Object.fromEntries(keys);
  }

  #plainValuesOf(item: Y.Item): unknown[] {
    return item.content instanceof Y.ContentType
      ? [this.plainOf(item)]
      : (item.content.getContent() as unknown[]);
  }

  #copyOf(type: Type): unknown {
    if (type instanceof Y.Text) return new Y.Text(this.#textOf(type as Type));
    if (type instanceof Y.Array) {
      const array = new Y.Array<unknown>();
      const values = this.#listOf(type as Type);
      // Yjs spreads the values as arguments, and a call takes some hundred thousand of them at most.
      for (let at = 0; at < values.length; at += 1_000) array.push(values.slice(at, at + 1_000));
      return array;
    }
    const copy = new Y.Map<unknown>();
    for (const key of type._map.keys()) {
      const item = this.itemOf(type, key);
      if (item !== undefined) copy.set(key, this.valueOf(item));
    }
    return copy;
  }

  #listOf(type: Type): unknown[] {
    const found: unknown[] = [];
    for (const item of this.#itemsOf(type)) {
      if (item.content instanceof Y.ContentType) found.push(this.valueOf(item));
      // Pushed one by one: spreading a hundred thousand values passes a hundred thousand arguments.
      else for (const value of item.content.getContent() as unknown[]) found.push(toStorable(value));
    }
    return found;
  }

  #itemsOf(type: Type): Y.Item[] {
    const items: Y.Item[] = [];
    for (let item = type._start; item !== null; item = item.right)
      if (item.countable && this.wasLive(item)) items.push(item);
    return items;
  }

  #textOf(type: Type): string {
    let text = '';
    for (let item = type._start; item !== null; item = item.right)
      if (item.content instanceof Y.ContentString && this.wasLive(item)) text += item.content.str;
    return text;
  }

  #hasDeleted({ client, clock }: Y.ID): boolean {
    const ranges = this.#rangesOf(client);
    let low = 0;
    let high = ranges.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const range = ranges[middle] as Ranges[number];
      if (clock < range.clock) high = middle - 1;
      else if (clock >= range.clock + range.len) low = middle + 1;
      else return true;
    }
    return false;
  }

  /**
   * Sorted here, since Yjs sorts the delete set only when the transaction ends. Cached, since corrections delete
   * nothing that existed before.
   */
  #rangesOf(client: number): Ranges {
    const known = this.#deleted.get(client);
    if (known !== undefined) return known;
    const ranges = [...(this.#transaction.deleteSet.clients.get(client) ?? [])];
    ranges.sort((a, b) => a.clock - b.clock);
    this.#deleted.set(client, ranges);
    return ranges;
  }
}

const holdsValue = ({ content }: Y.Item): boolean =>
  content instanceof Y.ContentAny || content instanceof Y.ContentJSON;
