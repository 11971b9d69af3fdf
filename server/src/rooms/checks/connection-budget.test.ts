import { describe, expect, it } from 'vitest';
import type { ClientFrame } from '../frames/client-frame.js';
import { ConnectionBudget } from './connection-budget.js';
import { TokenBucket } from './token-bucket.js';

const DOCUMENT: ClientFrame = { kind: 'document', update: new Uint8Array() };
const presence = (at: number): ClientFrame => ({ kind: 'presence', update: new Uint8Array([at]) });

describe('a token bucket', () => {
  it('CHK-14: gives what a second allows on average, and twice as much at once', () => {
    let time = 0;
    const bucket = new TokenBucket({ perSecond: 100, burst: 200, now: () => time });
    for (let at = 0; at < 200; at++) expect(bucket.take(1)).toBe(0);
    expect(bucket.take(1)).toBeCloseTo(10);
    expect(bucket.take(9)).toBeCloseTo(100);
    time = 100;
    expect(bucket.take(0)).toBe(0);
    expect(bucket.tryTake()).toBe(false);
    time = 111;
    expect(bucket.tryTake()).toBe(true);
    time = 1_000_000;
    expect(bucket.take(200)).toBe(0);
    expect(bucket.take(1)).toBeGreaterThan(0);
  });

  it('CHK-14: does not ask the clock while there is enough in it', () => {
    let asked = 0;
    const bucket = new TokenBucket({ perSecond: 1_000, burst: 2_000, now: () => asked++ });
    for (let at = 0; at < 2_000; at++) bucket.take(1);
    expect(asked).toBe(1);
  });
});

describe('the budget of a connection', () => {
  function start(limits: Partial<{ messagesPerSecond: number; bytesPerSecond: number }>) {
    let time = 0;
    const calls: string[] = [];
    const late: number[] = [];
    const gone: (() => void)[] = [];
    const budget = new ConnectionBudget({
      limits: { messagesPerSecond: 100, bytesPerSecond: 1_000, ...limits },
      stop: () => calls.push('stop'),
      goOn: () => gone.splice(0).forEach((resolve) => resolve()),
      exceeded: () => calls.push('exceeded'),
      receivePresence: ([at]) => late.push(at as number),
      now: () => time,
    });
    return {
      budget,
      calls,
      late,
      pass: (milliseconds: number) => (time += milliseconds),
      goesOn: () => new Promise<void>((resolve) => gone.push(resolve)),
    };
  }

  it('CHK-14: more than it allows stops the reading until the surplus is paid', async () => {
    const { budget, calls, goesOn } = start({});
    for (let at = 0; at < 200; at++) budget.take(DOCUMENT, 1);
    expect(calls).toEqual([]);
    const goes = goesOn();
    expect(budget.take(DOCUMENT, 1)).toBe(true);
    expect(budget.take(DOCUMENT, 1)).toBe(true);
    expect(calls).toEqual(['stop']);
    await goes;
  });

  it('CHK-14: bytes count as well', () => {
    const { budget, calls } = start({});
    budget.take(DOCUMENT, 2_001);
    expect(calls).toEqual(['stop']);
    budget.end();
  });

  it('CHK-15: thirty seconds above it without a pause are too many', async () => {
    const { budget, calls, pass, goesOn } = start({ messagesPerSecond: 1_000, bytesPerSecond: 1e9 });
    for (let at = 0; at < 2_001; at++) budget.take(DOCUMENT, 1);
    await goesOn();
    pass(999);
    for (let second = 0; second <= 31 && !calls.includes('exceeded'); second++) {
      const goes = goesOn();
      for (let at = 0; at < 1_000; at++) budget.take(DOCUMENT, 1);
      if (calls.includes('exceeded')) break;
      await goes;
      pass(999);
    }
    expect(calls.at(-1)).toBe('exceeded');
    expect(calls.filter((call) => call === 'stop').length).toBeGreaterThan(8);
  });

  it('CHK-16: presence does not use up what edits may take, and the latest one is taken', async () => {
    const { budget, calls, late } = start({ bytesPerSecond: 1e9 });
    let taken = 0;
    for (let at = 0; at < 100; at++) if (budget.take(presence(at), 1)) taken++;
    expect(taken).toBe(40);
    expect(calls).toEqual([]);
    await expect.poll(() => late).toEqual([99]);
    budget.end();
  });
});
