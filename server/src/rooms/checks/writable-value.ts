/**
 * A stored value as it can be written again.
 *
 * Yjs chooses how to store a value by `value.constructor`, and throws on an object that has a key of that name. Such values are
 * refused, but documents may hold some that came before that was so: these lose the key.
 */
export function writableValue(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, 'constructor')) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'constructor'));
}
