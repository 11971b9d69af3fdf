import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TickPace } from './tick-pace.js';

const SECOND = 1000;

describe('the pace of ticks', () => {
  let now: number;
  let utilization: number;
  let pace: TickPace;
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
    now = 0;
    pace = new TickPace(() => utilization);
  });
  afterEach(() => void vi.useRealTimers());

  const tickFor = (ms: number, everyMs: number): void => {
    for (const until = now + ms; now < until; now += everyMs) pace.ran(now);
  };

  it('SYNC-47: few ticks come at once, however busy the event loop is', () => {
    utilization = 1;
    tickFor(5 * SECOND, 10);
    expect(pace.isBusy(now)).toBe(false);
    expect(pace.windowMs).toBe(0);
  });

  it('SYNC-47: many come together, in slots of 10 ms', () => {
    utilization = 0.35;
    tickFor(5 * SECOND, 0.5);
    expect(pace.isBusy(now)).toBe(true);
    expect(pace.windowMs).toBe(0);
    const calls: string[] = [];
    pace.join(now + 1, now, () => calls.push('first'));
    pace.join(now + 3, now, () => calls.push('second'));
    const takeOff = pace.join(now + 3, now, () => calls.push('taken off'));
    takeOff();
    vi.advanceTimersByTime(10);
    expect(calls).toEqual(['first', 'second']);
  });

  it('SYNC-47: where they are too many rooms gather for longer, up to 80 ms, and until there is time again', () => {
    utilization = 0.5;
    tickFor(SECOND, 0.5);
    expect(pace.windowMs).toBeGreaterThan(10);
    expect(pace.windowMs).toBeLessThan(80);
    tickFor(5 * SECOND, 0.5);
    expect(pace.windowMs).toBe(80);
    utilization = 0.3;
    tickFor(5 * SECOND, 0.5);
    expect(pace.windowMs).toBe(80);
    utilization = 0.15;
    tickFor(5 * SECOND, 0.5);
    expect(pace.windowMs).toBe(0);
  });

  it('SYNC-47: rooms are at their usual pace again after the many ticks have ended, also where something else keeps the loop busy', () => {
    utilization = 1;
    tickFor(5 * SECOND, 0.5);
    expect(pace.windowMs).toBe(80);
    tickFor(5 * SECOND, 10);
    expect(pace.windowMs).toBe(0);
  });
});
