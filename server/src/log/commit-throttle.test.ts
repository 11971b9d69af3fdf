import { describe, expect, it } from 'vitest';
import { CommitThrottle } from './commit-throttle.js';

describe('the pause between commits', () => {
  it('LOG-21: is longer the longer commits take, within a bound', () => {
    expect(new CommitThrottle(60).after(2)).toBe(6);
    expect(new CommitThrottle(60).after(15)).toBe(20);
  });

  it('LOG-21: leaves an update that waits for two commits and the pause no more than it may wait', () => {
    for (const took of [1, 5, 10, 25, 28, 40, 100]) {
      const pause = new CommitThrottle(60).after(took);
      expect(took + pause + took).toBeLessThanOrEqual(Math.max(60, 2 * took));
    }
  });

  it('LOG-21: expects the next commit to take as long as the slowest of late', () => {
    const throttle = new CommitThrottle(60);
    expect(throttle.after(50)).toBe(0);
    expect(throttle.after(10)).toBeLessThan(3);
    for (let time = 0; time < 100; time++) throttle.after(10);
    expect(throttle.after(10)).toBe(20);
  });
});
