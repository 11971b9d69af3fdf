import * as Y from 'yjs';

/** JSON that is nested deeper is refused: readers and validators recurse. */
export const VALUE_MAX_DEPTH = 64;

/** What is wrong with a stored value whatever its key says, and where in it. */
export interface WeighedFault {
  readonly reason: 'not-json' | 'not-finite' | 'no-key' | 'too-deep' | 'too-large';
  /** Innermost key first. */
  readonly path: (string | number)[];
}

/**
 * Whether what an item of a Yjs map holds is JSON (Yjs types stand for what they hold) of at most `maxBytes` and
 * {@link VALUE_MAX_DEPTH} levels; also what its value does not show. Undefined when it is.
 *
 * Stops at the first fault and at the bound, so it costs no more than a value that is good. Bytes are an estimate: a
 * character counts 1, a number 8.
 */
export function weigh(item: Y.Item, maxBytes: number): WeighedFault | undefined {
  const { content } = item;
  const scale = new Scale(maxBytes);
  // The one value of a key is the value itself, not the first of a list.
  return content instanceof Y.ContentAny && content.arr.length === 1
    ? scale.value(content.arr[0], 0)
    : scale.content(content, 0, 0);
}

/** The same of a plain value that is to be stored. */
export const weighValue = (value: unknown, maxBytes: number): WeighedFault | undefined =>
  new Scale(maxBytes).value(value, 0);

const PLAIN_TYPES: ReadonlySet<unknown> = new Set([Y.Map, Y.Array, Y.Text]);

const faulty = (reason: WeighedFault['reason']): WeighedFault => ({ reason, path: [] });

const below = (key: string | number, found: WeighedFault | undefined): WeighedFault | undefined => {
  // A value that is too large or too deep is so as a whole.
  if (found !== undefined && found.reason !== 'too-large' && found.reason !== 'too-deep')
    found.path.push(key);
  return found;
};

/**
 * Decoders assign keys: `__proto__` gives an object another prototype, and is gone when it is encoded again. Yjs asks a value
 * for its `constructor` to tell what it is, and whoever writes one that has such a key of its own fails halfway.
 */
const isNoKey = (key: string): boolean => key === '__proto__' || key === 'constructor';

class Scale {
  #left: number;

  constructor(maxBytes: number) {
    this.#left = maxBytes;
  }

  value(value: unknown, depth: number): WeighedFault | undefined {
    switch (typeof value) {
      case 'string':
        return this.#take(value.length + 2);
      case 'number':
        return Number.isFinite(value) ? this.#take(8) : faulty('not-finite');
      case 'boolean':
      case 'undefined':
        return this.#take(4);
      case 'object':
        return value === null ? this.#take(4) : this.#object(value, depth + 1);
      default:
        return faulty('not-json');
    }
  }

  /** `from` is the index of the content in its list. */
  content(content: Y.Item['content'], from: number, depth: number): WeighedFault | undefined {
    if (content instanceof Y.ContentType)
      return this.#type(content.type as Y.AbstractType<unknown>, depth + 1);
    if (content instanceof Y.ContentAny || content instanceof Y.ContentJSON)
      return this.#list(content.arr as unknown[], from, depth);
    if (content instanceof Y.ContentString) return this.#take(content.str.length);
    if (content instanceof Y.ContentEmbed) return this.value(content.embed, depth);
    if (content instanceof Y.ContentFormat)
      return this.#take(content.key.length) ?? this.value(content.value, depth);
    return faulty('not-json');
  }

  #take(bytes: number): WeighedFault | undefined {
    this.#left -= bytes;
    return this.#left < 0 ? faulty('too-large') : undefined;
  }

  #key(key: string): WeighedFault | undefined {
    return isNoKey(key) ? { reason: 'no-key', path: [key] } : this.#take(key.length + 3);
  }

  #object(value: object, depth: number): WeighedFault | undefined {
    if (depth > VALUE_MAX_DEPTH) return faulty('too-deep');
    if (Array.isArray(value)) return this.#take(2) ?? this.#list(value, 0, depth);
    if (value instanceof Y.AbstractType) return this.#type(value, depth);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return faulty('not-json');
    let found = this.#take(2);
    for (const key in value) {
      const item = (value as Record<string, unknown>)[key];
      found ??= this.#key(key) ?? below(key, this.value(item, depth));
      if (found !== undefined) return found;
    }
    return found;
  }

  #list(values: readonly unknown[], from: number, depth: number): WeighedFault | undefined {
    for (let at = 0; at < values.length; at++) {
      const found = this.value(values[at], depth);
      if (found !== undefined) return below(from + at, found);
    }
    return undefined;
  }

  #type(type: Y.AbstractType<unknown>, depth: number): WeighedFault | undefined {
    if (depth > VALUE_MAX_DEPTH) return faulty('too-deep');
    // Not instanceof: Yjs derives its XML types from these, which hold what JSON does not show.
    if (!PLAIN_TYPES.has(type.constructor)) return faulty('not-json');
    let found = this.#take(2);
    // A map's list and a list's map are shown to nobody, but they are stored.
    for (const [key, item] of type._map) {
      if (item.deleted) continue;
      found ??= this.#key(key) ?? below(key, this.#entry(item.content, depth));
      if (found !== undefined) return found;
    }
    let index = 0;
    for (let item = type._start; item !== null; item = item.right) {
      if (item.deleted) continue;
      found ??= this.content(item.content, index, depth);
      if (found !== undefined) return item.content instanceof Y.ContentType ? below(index, found) : found;
      if (item.countable) index += item.length;
    }
    return found;
  }

  #entry(content: Y.Item['content'], depth: number): WeighedFault | undefined {
    return content instanceof Y.ContentAny && content.arr.length === 1
      ? this.value(content.arr[0], depth)
      : this.content(content, 0, depth);
  }
}
