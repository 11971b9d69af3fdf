import { describe, expect, it } from 'vitest';
import { CommitRest } from './commit-rest.js';

describe('the rest between commits', () => {
  it('LOG-21: is longer the longer commits take, within a bound', () => {
    expect(new CommitRest(60).after(2)).toBe(6);
    expect(new CommitRest(60).after(15)).toBe(20);
  });

  it('LOG-21: leaves an update that waits for two commits and the rest no more than it may wait', () => {
    for (const took of [1, 5, 10, 25, 28, 40, 100]) {
      const rest = new CommitRest(60).after(took);
      expect(took + rest + took).toBeLessThanOrEqual(Math.max(60, 2 * took));
    }
  });

  it('LOG-21: expects the next commit to take as long as the slowest of late', () => {
    const rest = new CommitRest(60);
    expect(rest.after(50)).toBe(0);
    expect(rest.after(10)).toBeLessThan(3);
    for (let time = 0; time < 100; time++) rest.after(10);
    expect(rest.after(10)).toBe(20);
  });
});
