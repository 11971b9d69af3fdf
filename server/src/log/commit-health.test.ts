import { beforeEach, describe, expect, it } from 'vitest';
import { CommitHealth } from './commit-health.js';

describe('whether the database takes what is written', () => {
  let waitingMs: number;
  let health: CommitHealth;

  const commit = (times: number, tookMs: number): void => {
    for (let time = 0; time < times; time++) health.committed(tookMs);
  };

  beforeEach(() => {
    waitingMs = 0;
    health = new CommitHealth(() => waitingMs);
  });

  it('is quick once many commits in a row were, and no more after one that was not', () => {
    commit(24, 10);
    expect(health.isQuick).toBe(false);
    commit(1, 10);
    expect(health.isQuick).toBe(true);
    commit(1, 81);
    expect(health.isQuick).toBe(false);
  });

  it('is not quick while an update waits, nor for many commits after it', () => {
    commit(25, 10);
    waitingMs = 81;
    expect(health.isQuick).toBe(false);
    waitingMs = 0;
    commit(24, 10);
    expect(health.isQuick).toBe(false);
    commit(1, 10);
    expect(health.isQuick).toBe(true);
  });

  it('LOG-5: is away from a failure to the next commit, and says why', () => {
    const lost = new Error('connection lost');
    health.failed(lost);
    health.failed(lost);
    expect(health).toMatchObject({ isAway: true, trouble: lost, failures: 2 });
    health.committed(10);
    expect(health).toMatchObject({ isAway: false, trouble: undefined, failures: 0 });
  });

  it('LOG-5: is away when a commit does not come to an end, and in trouble when that takes longer than much work', () => {
    waitingMs = 2_001;
    expect(health).toMatchObject({ isAway: true, trouble: undefined });
    waitingMs = 8_600;
    expect(health.trouble?.message).toContain('9 s');
  });
});
