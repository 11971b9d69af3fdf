import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OrphanedUpdates } from './orphaned-updates.js';
import { ForeignUpdates } from './foreign-updates.js';

const AFTER_MS = 10_000;

describe('taking over what another server has shown', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function shown() {
    const foreign = new ForeignUpdates();
    const state = { storing: true, stored: 0 };
    const orphaned = new OrphanedUpdates({
      foreign,
      afterMs: AFTER_MS,
      isStoring: () => state.storing,
      store: (updates) => Promise.resolve((state.stored += updates.length)),
      logger: pino({ level: 'silent' }),
      settled: () => undefined,
    });
    foreign.add(1, 1, [new Uint8Array([1])], performance.now());
    orphaned.watch();
    return state;
  }

  it('CLU-6: it is stored here when its own server has not within the time', async () => {
    const state = shown();
    await vi.advanceTimersByTimeAsync(AFTER_MS - 1_000);
    expect(state.stored).toBe(0);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(state.stored).toBe(1);
    await vi.advanceTimersByTimeAsync(10 * AFTER_MS);
    expect(state.stored).toBe(1);
  });

  it('CLU-6: while the database takes nothing from anybody it is left to its own server, and for the whole time afterwards', async () => {
    const state = shown();
    state.storing = false;
    await vi.advanceTimersByTimeAsync(60 * AFTER_MS);
    state.storing = true;
    await vi.advanceTimersByTimeAsync(AFTER_MS - 2_000);
    expect(state.stored).toBe(0);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(state.stored).toBe(1);
  });
});
