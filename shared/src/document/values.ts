import { equalityDeep } from 'lib0/function';
import * as Y from 'yjs';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A value of the document as plain JSON. */
export const toPlain = (value: unknown): unknown =>
  value instanceof Y.AbstractType ? value.toJSON() : value;

/** Whether a document value is a plain object that some client wrote where a Y.Map belongs. */
const isPlainMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null &&
  typeof value === 'object' &&
  !Array.isArray(value) &&
  // Bytes have entries too, one each.
  !ArrayBuffer.isView(value) &&
  !(value instanceof Y.AbstractType);

/** The entries of a map-like document value: a Y.Map, or a plain object. */
export function entriesOf(value: unknown): [string, unknown][] | undefined {
  if (value instanceof Y.Map) {
    const entries: [string, unknown][] = [];
    // Several times as fast as its iterators.
    (value as Y.Map<unknown>).forEach((each, key) => entries.push([key, each]));
    return entries;
  }
  return isPlainMap(value) ? Object.entries(value) : undefined;
}

/** One entry of a map-like document value, as it is stored. */
export function entryOf(value: unknown, key: string): unknown {
  if (value instanceof Y.Map) return (value as Y.Map<unknown>).get(key);
  return isPlainMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/**
 * `value` as Yjs takes it. Of values it knows by what their `constructor` says what they are: one that has a key of that name,
 * which nobody may write any more but documents may hold, goes as a Y.Map, that reads the same.
 */
export function toStorable(value: unknown): unknown {
  if (!isPlainMap(value) || !Object.hasOwn(value, 'constructor')) return value;
  return new Y.Map(Object.entries(value).map(([key, each]) => [key, toStorable(each)] as const));
}

/** Writes `value` under `key` unless the same value is there already. */
export function setIfChanged(map: Y.Map<unknown>, key: string, value: unknown): void {
  if (value === undefined) {
    if (map.has(key)) map.delete(key);
  } else if (!map.has(key) || !sameValue(toPlain(map.get(key)), value)) {
    map.set(key, toStorable(value));
  }
}

export const sameValue = (a: unknown, b: unknown): boolean => equalityDeep(a, b);
