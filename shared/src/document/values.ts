import { equalityDeep } from 'lib0/function';
import * as Y from 'yjs';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A value of the document as plain JSON. */
export const toPlain = (value: unknown): unknown =>
  value instanceof Y.AbstractType ? value.toJSON() : value;

/** The entries of a map-like document value: a Y.Map, or a plain object that some client wrote instead. */
export function entriesOf(value: unknown): [string, unknown][] | undefined {
  if (value instanceof Y.Map) return [...(value as Y.Map<unknown>).entries()];
  if (
    value !== null &&
    typeof value === 'object' &&
    !Array.isArray(value) &&
    // Bytes have entries too, one each.
    !ArrayBuffer.isView(value) &&
    !(value instanceof Y.AbstractType)
  )
    return Object.entries(value);
  return undefined;
}

/** One entry of a map-like document value, as it is stored. */
export function entryOf(value: unknown, key: string): unknown {
  if (value instanceof Y.Map) return (value as Y.Map<unknown>).get(key);
  return entriesOf(value)?.find(([name]) => name === key)?.[1];
}

/** Writes `value` under `key` unless the same value is there already. */
export function setIfChanged(map: Y.Map<unknown>, key: string, value: unknown): void {
  if (value === undefined) {
    if (map.has(key)) map.delete(key);
  } else if (!map.has(key) || !sameValue(toPlain(map.get(key)), value)) {
    map.set(key, value);
  }
}

export const sameValue = (a: unknown, b: unknown): boolean => equalityDeep(a, b);
