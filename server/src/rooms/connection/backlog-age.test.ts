import { describe, expect, it } from 'vitest';
import { BacklogAge } from './backlog-age.js';

function start() {
  let now = 0;
  const probes: number[] = [];
  const age = new BacklogAge({ probe: (number) => probes.push(number), now: () => now });
  return {
    age,
    probes,
    pass: (milliseconds: number) => (now += milliseconds),
    answer: () => age.answered(probes.at(-1) as number),
  };
}

describe('the age of what a client sends', () => {
  it('SYNC-38: who sends little is not asked', () => {
    const { age, pass, probes } = start();
    for (let at = 0; at < 100; at++, pass(10)) age.took(500);
    expect([probes.length, age.isOld]).toEqual([0, false]);
  });

  it('SYNC-38: it is old when an answer takes long, or does not come', () => {
    const { age, pass, probes, answer } = start();
    age.took(100_000);
    pass(2_000);
    age.took(100_000);
    expect([probes.length, age.isOld]).toEqual([1, false]);
    pass(600);
    expect(age.isOld).toBe(true);
    answer();
    expect(age.isOld).toBe(true);
    age.took(100_000);
    pass(100);
    answer();
    expect([probes.length, age.isOld]).toEqual([2, false]);
  });

  it('SYNC-38: who stops has nothing behind it', () => {
    const { age, pass, answer } = start();
    age.took(100_000);
    pass(3_000);
    answer();
    expect(age.isOld).toBe(true);
    pass(1_000);
    expect(age.isOld).toBe(false);
  });
});

describe('the age of what a client is sent', () => {
  it('SYNC-41: who is sent little is not asked, nor is anybody late who answers in time', () => {
    const { age, pass, probes, answer } = start();
    for (let at = 0; at < 100; at++, pass(10)) age.wrote(2_000);
    expect(probes).toEqual([]);
    age.wrote(100_000);
    pass(2_000);
    answer();
    pass(5_000);
    expect([probes.length, age.lateMs]).toEqual([1, 0]);
  });

  it('SYNC-41: who has not answered for seconds is late until it does', () => {
    const { age, pass, answer } = start();
    age.wrote(300_000);
    pass(2_600);
    expect(age.lateMs).toBe(2_600);
    answer();
    expect(age.lateMs).toBe(0);
  });

  it('SYNC-41: who sends much meanwhile may read all the same: its answer comes behind that', () => {
    const { age, pass } = start();
    age.wrote(300_000);
    pass(2_600);
    age.took(100_000);
    expect([age.lateMs, age.isOld]).toEqual([0, true]);
  });

  it('SYNC-41: it has caught up when it answers behind all that it was sent, not before', () => {
    const { age, pass, probes } = start();
    let caughtUp = 0;
    age.wrote(300_000);
    pass(2_600);
    age.onceArrived(() => caughtUp++);
    age.answered(probes[0] as number);
    expect([probes, caughtUp]).toEqual([[1, 2], 0]);
    // An answer to a probe that was never sent is ignored.
    age.answered(99);
    expect(caughtUp).toBe(0);
    age.answered(2);
    age.answered(2);
    expect([caughtUp, age.lateMs]).toEqual([1, 0]);
  });
});
