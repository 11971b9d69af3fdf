import { expect, it } from 'vitest';
import { BACKOFF_CAP_MS, BACKOFF_FIRST_MS, backoffMs } from './backoff.js';

it('SDK-5: the wait doubles up to ten seconds, and half of it is random', () => {
  expect([0, 1, 2].map((n) => backoffMs(n, 0.999999))).toEqual(
    [1, 2, 4].map((factor) => BACKOFF_FIRST_MS * factor),
  );
  expect(backoffMs(50, 0.999999)).toBe(BACKOFF_CAP_MS);
  expect(backoffMs(50, 0)).toBe(BACKOFF_CAP_MS / 2);
});
