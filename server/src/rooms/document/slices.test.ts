import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Slices } from './slices.js';

it('SYNC-39: what takes long is done in order, in slices between which others have their turn', async () => {
  let now = 0;
  const slices = new Slices(() => now);
  const done: string[] = [];
  for (const name of ['a', 'b', 'c', 'd', 'e'])
    slices.add(() => {
      done.push(name);
      now += 3;
    });
  expect(done).toEqual([]);
  const seen: string[] = [];
  while (done.length < 5) {
    await setImmediate();
    seen.push(done.join(''));
  }
  expect(seen).toEqual(expect.arrayContaining(['ab', 'abcd', 'abcde']));
  expect(seen).not.toContain('abc');
});
