import { generateKeyBetween, generateNKeysBetween } from 'fractional-indexing';
import { ORDER_MAX_LENGTH } from '../scene/pose.js';

/**
 * An order key that sorts after `before` and ahead of `after`; null is the respective end.
 *
 * Keys that other clients made may be equal, malformed or as long as a key may be. Where there is no key between them,
 * the new one still does not sort before `before`; at worst it is equal, and the ids decide.
 */
export function orderBetween(before: string | null, after: string | null): string {
  const key = generated(before, after) ?? (before === null ? 'a0' : `${before}V`);
  return key.length <= ORDER_MAX_LENGTH ? key : (before ?? 'a0');
}

/** So many short order keys between two, in order; undefined where there are none. Null is the respective end. */
export function ordersBetween(
  before: string | null,
  after: string | null,
  count: number,
): string[] | undefined {
  if (before !== null && after !== null && before >= after) return undefined;
  try {
    const keys = generateNKeysBetween(before, after, count);
    // As below: from keys that others made, it may make any.
    const all = [...(before === null ? [] : [before]), ...keys, ...(after === null ? [] : [after])];
    return all.every((key, at) => at === 0 || (all[at - 1] as string) < key) ? keys : undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return undefined;
  }
}

function generated(before: string | null, after: string | null): string | undefined {
  try {
    const key = generateKeyBetween(before, after);
    // It checks only part of the keys it is given: from odd ones it makes keys that lie elsewhere.
    return (before === null || key > before) && (after === null || key < after) ? key : undefined;
  } catch (error) {
    // It throws plain Errors on keys that it did not make; those are what we handle here.
    if (!(error instanceof Error)) throw error;
    return undefined;
  }
}
