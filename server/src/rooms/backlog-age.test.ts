import { describe, expect, it } from 'vitest';
import { BacklogAge } from './backlog-age.js';

function start() {
  let [now, probes] = [0, 0];
  const age = new BacklogAge({ probe: () => probes++, now: () => now });
  return { age, pass: (milliseconds: number) => (now += milliseconds), probes: () => probes };
}

describe('the age of what a client sends', () => {
  it('SYNC-38: who sends little is not asked', () => {
    const { age, pass, probes } = start();
    for (let at = 0; at < 100; at++, pass(10)) age.took(500);
    expect([probes(), age.isOld]).toEqual([0, false]);
  });

  it('SYNC-38: it is old when an answer takes long, or does not come', () => {
    const { age, pass, probes } = start();
    age.took(100_000);
    pass(2_000);
    age.took(100_000);
    expect([probes(), age.isOld]).toEqual([1, false]);
    pass(600);
    expect(age.isOld).toBe(true);
    age.answered();
    expect(age.isOld).toBe(true);
    age.took(100_000);
    pass(100);
    age.answered();
    expect([probes(), age.isOld]).toEqual([2, false]);
  });

  it('SYNC-38: who stops has nothing behind it', () => {
    const { age, pass } = start();
    age.took(100_000);
    pass(3_000);
    age.answered();
    expect(age.isOld).toBe(true);
    pass(1_000);
    expect(age.isOld).toBe(false);
  });
});
