import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../test/support/random.js';
import { Histogram } from './histogram.js';
import { median } from './statistics.js';

describe('Histogram', () => {
  it('gives quantiles that are exact below 64 and at most 1/64 too high above', () => {
    const random = seededRandom(7);
    for (const most of [50, 1_000, 100_000, 50_000_000]) {
      const values = Array.from({ length: 5_000 }, () => 1 + random.int(most)).sort((a, b) => a - b);
      const histogram = new Histogram();
      for (const value of values) histogram.add(value);
      for (const q of [0.5, 0.95, 0.99, 1]) {
        const exact = values[Math.ceil(q * values.length) - 1] as number;
        const found = histogram.quantile(q);
        expect(found).toBeGreaterThanOrEqual(exact);
        expect(found).toBeLessThanOrEqual(exact < 64 ? exact : exact * (1 + 1 / 64));
      }
    }
  });

  it('counts repeated values, and knows when it has none', () => {
    const histogram = new Histogram();
    expect(histogram.quantile(0.5)).toBeNaN();
    histogram.add(10, 99);
    histogram.add(500);
    expect([histogram.count, histogram.quantile(0.99), histogram.quantile(1), histogram.max]).toEqual([
      100, 10, 500, 500,
    ]);
    histogram.reset();
    expect(histogram.count).toBe(0);
  });
});

describe('median', () => {
  it('is the middle, or between the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});
