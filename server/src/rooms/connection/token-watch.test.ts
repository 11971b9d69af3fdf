import { runInNewContext } from 'node:vm';
import { setFlagsFromString } from 'node:v8';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_TOKEN_TIMING, TokenWatch } from './token-watch.js';

const DAY_MS = 86_400_000;
const { leadMs, graceMs } = DEFAULT_TOKEN_TIMING;

describe('the watch over a token', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 0 }));
  afterEach(() => void vi.useRealTimers());

  function watch(asks = true) {
    const events: string[] = [];
    const note = (text: string) => void events.push(`${Date.now()} ${text}`);
    const watch = new TokenWatch({
      timing: DEFAULT_TOKEN_TIMING,
      now: Date.now,
      ask: asks ? ({ reason, deadline_ms }) => note(`${reason} ${deadline_ms}`) : undefined,
      expired: () => note('ended'),
      close: () => note('closed'),
    });
    return { watch, events };
  }

  it('ACC-19: asks before the end and at the end, then closes', () => {
    const { watch: token, events } = watch();
    token.start(100_000);
    vi.advanceTimersByTime(200_000);
    expect(events).toEqual([
      `${100_000 - leadMs} expiring ${leadMs + graceMs}`,
      '100000 ended',
      `100000 expired ${graceMs}`,
      `${100_000 + graceMs} closed`,
    ]);
  });

  it('ACC-19: asks halfway through what is left of a short token', () => {
    const { watch: token, events } = watch();
    token.start(4_000);
    vi.advanceTimersByTime(4_000);
    expect(events[0]).toBe(`2000 expiring ${2_000 + graceMs}`);
  });

  it('ACC-19: the same token again is not asked for before it ends', () => {
    const { watch: token, events } = watch();
    token.start(100_000);
    vi.advanceTimersByTime(70_000);
    token.start(100_000);
    vi.advanceTimersByTime(30_000);
    expect(events.slice(1)).toEqual(['100000 ended', `100000 expired ${graceMs}`]);
  });

  it('ACC-19: a later token takes the place of the one before', () => {
    const { watch: token, events } = watch();
    token.start(100_000);
    vi.advanceTimersByTime(80_000);
    token.start(200_000);
    vi.advanceTimersByTime(100_000);
    expect(events).toEqual([`70000 expiring ${leadMs + graceMs}`, `170000 expiring ${leadMs + graceMs}`]);
    token.start(undefined);
    vi.advanceTimersByTime(DAY_MS);
    expect(events).toHaveLength(2);
  });

  it('ACC-21: who does not understand the question is closed at the end', () => {
    const { watch: token, events } = watch(false);
    token.start(100_000);
    vi.advanceTimersByTime(100_000);
    expect(events).toEqual(['100000 ended', '100000 closed']);
  });

  it('ACC-19: a token may live longer than a timer can wait', () => {
    const { watch: token, events } = watch();
    token.start(100 * DAY_MS);
    vi.advanceTimersByTime(100 * DAY_MS - leadMs - 1);
    expect(events).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(events).toHaveLength(1);
    token.stop();
    vi.advanceTimersByTime(DAY_MS);
    expect(events).toHaveLength(1);
  });
});

describe('watches that have come and gone', () => {
  const MANY = 20_000;

  const heapBytes = (collect: () => void): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };

  it('SYNC-40: leave nothing behind until their tokens would have ended', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const nothing = (): void => undefined;
    const comeAndGo = (connection: number): void => {
      const token = new TokenWatch({
        timing: DEFAULT_TOKEN_TIMING,
        now: () => 0,
        ask: nothing,
        expired: nothing,
        close: nothing,
      });
      token.start(DAY_MS + connection);
      token.stop();
    };
    comeAndGo(MANY);
    const before = heapBytes(collect);
    for (let connection = 0; connection < MANY; connection++) comeAndGo(connection);
    expect((heapBytes(collect) - before) / MANY).toBeLessThan(50);
  });
});
