import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LivenessProbe } from './liveness-probe.js';
import type { SendProgress } from './send-progress.js';

const ANSWER_MS = 1_000;
const BELIEVED_MS = 5_000;

describe('whether a connection lives', () => {
  let line: { isRead: boolean; sendProgress: SendProgress; pings: number; isCut: boolean };
  let probe: LivenessProbe;
  /** Who asked and was told that the connection was terminated. */
  let told: string[];

  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'],
    });
    line = { isRead: true, sendProgress: { taken: 0, waiting: 0 }, pings: 0, isCut: false };
    told = [];
    probe = new LivenessProbe({
      ping: () => line.pings++,
      isRead: () => line.isRead,
      sendProgress: () => line.sendProgress,
      cut: () => (line.isCut = true),
      now: () => performance.now(),
    });
  });
  afterEach(() => vi.useRealTimers());

  const askers = new Map<string, object>();
  const ask = (name: string): void => {
    const asker = askers.get(name) ?? {};
    askers.set(name, asker);
    probe.ask(asker, () => told.push(name));
  };
  /** The answering time is over, and everything that had arrived by then has been read. */
  const timeIsUp = (): void => void vi.advanceTimersByTime(ANSWER_MS + 1);

  it('ACC-24: one of which nothing is heard is cut, and all who asked are told, each once', () => {
    for (const name of ['ada', 'bob', 'ada']) ask(name);
    expect(line.pings).toBe(1);
    vi.advanceTimersByTime(ANSWER_MS - 1);
    expect([line.isCut, told]).toEqual([false, []]);
    timeIsUp();
    expect([line.isCut, told]).toEqual([true, ['ada', 'bob']]);
  });

  it('ACC-24: one that gives a sign of life stays, and nobody is told', () => {
    ask('ada');
    vi.advanceTimersByTime(ANSWER_MS - 1);
    probe.heard();
    timeIsUp();
    expect([line.isCut, told]).toEqual([false, []]);
  });

  it('ACC-24: an answer that has arrived in time and is read a moment later counts', () => {
    ask('ada');
    // Timers run before sockets are read, and the verdict comes only after that.
    setTimeout(() => probe.heard(), ANSWER_MS);
    timeIsUp();
    expect(line.isCut).toBe(false);
  });

  it('ACC-24: who has just answered is believed for a while, and then asked again', () => {
    ask('ada');
    probe.heard();
    vi.advanceTimersByTime(BELIEVED_MS - 1);
    ask('bob');
    expect(line.pings).toBe(1);
    vi.advanceTimersByTime(1);
    ask('bob');
    expect(line.pings).toBe(2);
    timeIsUp();
    expect(told).toEqual(['bob']);
  });

  it('ACC-24: what comes while nobody asks is no answer', () => {
    probe.heard();
    ask('ada');
    expect(line.pings).toBe(1);
    timeIsUp();
    expect(told).toEqual(['ada']);
  });

  it('ACC-24: while it is not read no answer can be heard, so it is neither asked nor cut', () => {
    line.isRead = false;
    ask('ada');
    expect(line.pings).toBe(0);
    line.isRead = true;
    ask('ada');
    line.isRead = false;
    timeIsUp();
    expect([line.isCut, told]).toEqual([false, []]);
  });

  it.each([
    ['reads what waited for it', { taken: 900, waiting: 100 }, false],
    ['reads the last of it', { taken: 1_000, waiting: 0 }, false],
    ['reads nothing', { taken: 0, waiting: 1_000 }, true],
  ])('ACC-24: an answer may be behind much that waits: one that %s', (_what, then, isCut) => {
    line.sendProgress = { taken: 0, waiting: 1_000 };
    ask('ada');
    line.sendProgress = then;
    timeIsUp();
    expect(line.isCut).toBe(isCut);
  });

  it('ACC-24: what the system takes for one for whom nothing waited is no sign of life', () => {
    ask('ada');
    line.sendProgress = { taken: 50, waiting: 0 };
    timeIsUp();
    expect(line.isCut).toBe(true);
  });

  it('ACC-24: one that has ended meanwhile is not cut, and may be asked no more', () => {
    ask('ada');
    probe.end();
    timeIsUp();
    expect([line.isCut, told, vi.getTimerCount()]).toEqual([false, [], 0]);
  });

  it('ACC-24: one that was not cut then may be asked again', () => {
    line.sendProgress = { taken: 0, waiting: 1_000 };
    ask('ada');
    line.sendProgress = { taken: 10, waiting: 990 };
    timeIsUp();
    ask('bob');
    expect(line.pings).toBe(2);
    timeIsUp();
    expect(told).toEqual(['bob']);
  });
});
