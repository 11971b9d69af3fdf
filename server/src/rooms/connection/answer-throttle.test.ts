import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AnswerThrottle } from './answer-throttle.js';

describe('the answers to what a client asks', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function start(costMs = 0) {
    const client = { unsent: 0 };
    const answered: number[] = [];
    const throttle = new AnswerThrottle<number>({
      unsentBytes: () => client.unsent,
      now: () => Date.now(),
      answer: (question) => {
        answered.push(question);
        vi.setSystemTime(Date.now() + costMs);
      },
    });
    return { client, answered, throttle };
  }

  it('SYNC-46: come at once, and of many questions the last one gets one', () => {
    const { answered, throttle } = start();
    for (let question = 0; question < 1_000; question++) throttle.ask(question);
    expect(answered).toEqual([0]);
    vi.advanceTimersByTime(60);
    expect(answered).toEqual([0, 999]);
    vi.advanceTimersByTime(60_000);
    throttle.ask(1_000);
    expect(answered).toEqual([0, 999, 1_000]);
  });

  it('SYNC-46: take a tenth of the time of everybody at the most', () => {
    const { answered, throttle } = start(100);
    const asking = setInterval(() => throttle.ask(1), 10);
    vi.advanceTimersByTime(10_000);
    clearInterval(asking);
    expect(answered.length).toBeLessThanOrEqual(10);
    expect(answered.length).toBeGreaterThan(5);
    throttle.end();
  });

  it('SYNC-46: wait for a client that does not read', () => {
    const { client, answered, throttle } = start();
    client.unsent = 2_000_000;
    throttle.ask(1);
    vi.advanceTimersByTime(60_000);
    expect(answered).toEqual([]);
    client.unsent = 0;
    vi.advanceTimersByTime(60);
    expect(answered).toEqual([1]);
  });

  it('SYNC-46: are none when it has left', () => {
    const { answered, throttle } = start();
    throttle.ask(1);
    throttle.ask(2);
    throttle.end();
    vi.advanceTimersByTime(60_000);
    expect(answered).toEqual([1]);
  });
});
