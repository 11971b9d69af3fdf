import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ORDER_MAX_LENGTH } from '../scene/pose.js';
import { orderBetween } from './order.js';

describe('order keys', () => {
  it('DOC-5: a new key sorts between its neighbours, wherever people insert', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 60 }), (positions) => {
        const keys: string[] = [];
        for (const position of positions) {
          const at = position % (keys.length + 1);
          keys.splice(at, 0, orderBetween(keys[at - 1] ?? null, keys[at] ?? null));
        }
        expect(keys).toEqual([...keys].sort((a, b) => (a < b ? -1 : 1)));
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });

  it('DOC-5: between keys that other clients made up there is always one that does not come before the left', () => {
    const any = fc.option(fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('a0', 'a1', 'Zz', 'a0V')));
    fc.assert(
      fc.property(any, any, (before, after) => {
        const key = orderBetween(before, after);
        expect(before === null || key >= before).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('DOC-5: a key never grows beyond what the schema takes', () => {
    let after = 'a1';
    for (let i = 0; i < 3_000; i++) {
      const key = orderBetween('a0', after);
      expect(key.length).toBeLessThanOrEqual(ORDER_MAX_LENGTH);
      expect(key >= 'a0').toBe(true);
      after = key;
    }
    expect(orderBetween('x'.repeat(ORDER_MAX_LENGTH), null).length).toBeLessThanOrEqual(ORDER_MAX_LENGTH);
  });
});
