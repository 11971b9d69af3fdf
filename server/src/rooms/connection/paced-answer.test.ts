import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PacedAnswer } from './paced-answer.js';

describe('the answers to what a client asks', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function start(costMs = 0) {
    const client = { unsent: 0 };
    const answered: number[] = [];
    const paced = new PacedAnswer<number>({
      unsentBytes: () => client.unsent,
      now: () => Date.now(),
      answer: (question) => {
        answered.push(question);
        vi.setSystemTime(Date.now() + costMs);
      },
    });
    return { client, answered, paced };
  }

  it('SYNC-46: come at once, and of many questions the last one gets one', () => {
    const { answered, paced } = start();
    for (let question = 0; question < 1_000; question++) paced.ask(question);
    expect(answered).toEqual([0]);
    vi.advanceTimersByTime(60);
    expect(answered).toEqual([0, 999]);
    vi.advanceTimersByTime(60_000);
    paced.ask(1_000);
    expect(answered).toEqual([0, 999, 1_000]);
  });

  it('SYNC-46: take a tenth of the time of everybody at the most', () => {
    const { answered, paced } = start(100);
    const asking = setInterval(() => paced.ask(1), 10);
    vi.advanceTimersByTime(10_000);
    clearInterval(asking);
    expect(answered.length).toBeLessThanOrEqual(10);
    expect(answered.length).toBeGreaterThan(5);
    paced.end();
  });

  it('SYNC-46: wait for a client that does not read', () => {
    const { client, answered, paced } = start();
    client.unsent = 2_000_000;
    paced.ask(1);
    vi.advanceTimersByTime(60_000);
    expect(answered).toEqual([]);
    client.unsent = 0;
    vi.advanceTimersByTime(60);
    expect(answered).toEqual([1]);
  });

  it('SYNC-46: are none when it has left', () => {
    const { answered, paced } = start();
    paced.ask(1);
    paced.ask(2);
    paced.end();
    vi.advanceTimersByTime(60_000);
    expect(answered).toEqual([1]);
  });
});
