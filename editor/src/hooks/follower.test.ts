import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Follower } from './follower.js';

describe('Follower', () => {
  let awake = true;
  let end: () => void = () => undefined;
  const reload = vi.fn(() => new Promise<void>((resolve) => (end = resolve)));
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  const start = () => new Follower({ reload, isAwake: () => awake });

  beforeEach(() => {
    vi.useFakeTimers();
    reload.mockClear();
    awake = true;
  });
  afterEach(() => vi.useRealTimers());

  it('EDT-41: asks soon after a hint, once for many, and now and then without one', async () => {
    const follower = start();
    await pass(100);
    for (let i = 0; i < 50; i++) follower.hint();
    await pass(1_399);
    expect(reload).not.toHaveBeenCalled();
    await pass(1);
    expect(reload).toHaveBeenCalledTimes(1);
    end();
    await pass(3_999);
    expect(reload).toHaveBeenCalledTimes(1);
    await pass(1);
    expect(reload).toHaveBeenCalledTimes(2);
  });

  it('EDT-41: asks again for what changes while it asks, and never twice at once', async () => {
    const follower = start();
    await pass(4_000);
    follower.hint();
    await pass(60_000);
    expect(reload).toHaveBeenCalledTimes(1);
    end();
    await pass(1_500);
    expect(reload).toHaveBeenCalledTimes(2);
  });

  it('EDT-41: does not ask while nobody looks, and not once it has stopped', async () => {
    const follower = start();
    awake = false;
    follower.hint();
    await pass(60_000);
    expect(reload).not.toHaveBeenCalled();
    awake = true;
    follower.hint();
    await pass(0);
    expect(reload).toHaveBeenCalledTimes(1);
    follower.stop();
    end();
    await pass(60_000);
    follower.hint();
    await pass(60_000);
    expect(reload).toHaveBeenCalledTimes(1);
  });
});
