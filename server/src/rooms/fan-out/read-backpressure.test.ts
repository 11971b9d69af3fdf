import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReadBackpressure, type PausableReader } from './read-backpressure.js';

const KIB = 1024;

class Reader implements PausableReader {
  isHeld = false;
  pauseReading(): void {
    this.isHeld = true;
  }
  resumeReading(): void {
    this.isHeld = false;
  }
}

describe('reading a room', () => {
  let backlog = 0;
  let passes = 0;
  let backpressure: ReadBackpressure;

  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'],
    });
    [backlog, passes] = [0, 0];
    backpressure = new ReadBackpressure({
      pass: () => {
        passes++;
        backpressure.passed();
      },
      backlog: () => backlog,
    });
  });
  afterEach(() => {
    backpressure.close();
    vi.useRealTimers();
  });

  it('SYNC-37: passes on what many have sent before it reads more of any of them', () => {
    const [eager, other, late] = [new Reader(), new Reader(), new Reader()];
    backpressure.took(other, 10 * KIB);
    backpressure.took(eager, 200 * KIB);
    expect([eager.isHeld, other.isHeld]).toEqual([false, false]);
    backpressure.took(eager, 64 * KIB);
    backpressure.took(late, 64 * KIB);
    expect([eager.isHeld, other.isHeld, late.isHeld, passes]).toEqual([true, true, true, 0]);
    vi.advanceTimersByTime(0);
    expect([eager.isHeld, other.isHeld, late.isHeld, passes]).toEqual([false, false, false, 1]);
  });

  it('SYNC-37: waits for those who read and for the log as long as their backlog becomes less', () => {
    const writer = new Reader();
    backlog = 1_000;
    backpressure.took(writer, 100);
    backpressure.passed();
    for (; backlog > 0; backlog -= 100) {
      vi.advanceTimersByTime(900);
      expect(writer.isHeld).toBe(true);
    }
    vi.advanceTimersByTime(10);
    expect(writer.isHeld).toBe(false);
  });

  it('SYNC-37: goes on after a second in which it did not, and does not wait as long for the same again', () => {
    const writer = new Reader();
    const heldFor = (): number => {
      backpressure.took(writer, 100);
      backpressure.passed();
      let milliseconds = 0;
      for (; writer.isHeld; milliseconds++) vi.advanceTimersByTime(1);
      return milliseconds;
    };
    backlog = 1_000;
    expect(heldFor()).toBeGreaterThanOrEqual(1_000);
    backlog = 2_000;
    expect(heldFor()).toBeLessThan(50);
    backlog = 0;
    expect(heldFor()).toBe(0);
    backlog = 1_000;
    expect(heldFor()).toBeGreaterThanOrEqual(1_000);
  });

  it('SYNC-37: nobody is held where nothing is behind', () => {
    const writer = new Reader();
    backpressure.took(writer, 100 * KIB);
    backpressure.passed();
    backpressure.took(writer, 200 * KIB);
    expect(writer.isHeld).toBe(false);
  });
});
