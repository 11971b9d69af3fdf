import { generateKeyBetween } from 'fractional-indexing';

/**
 * An order key that sorts after `before` and ahead of `after`; null is the respective end.
 *
 * Keys that other clients made may be equal or malformed. Then there is nothing between them, and the new key goes
 * after `before` by extending it, which keeps the order of everything that was there.
 */
export function orderBetween(before: string | null, after: string | null): string {
  try {
    return generateKeyBetween(before, after);
  } catch (error) {
    // fractional-indexing throws plain Errors on keys that it did not make; those are what we handle here.
    if (!(error instanceof Error)) throw error;
    return before === null ? 'a0' : `${before}V`;
  }
}
