import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReadPace, type HeldReading } from './read-pace.js';

const KIB = 1024;

class Reading implements HeldReading {
  isHeld = false;
  holdReading(): void {
    this.isHeld = true;
  }
  goOnReading(): void {
    this.isHeld = false;
  }
}

describe('reading a room', () => {
  let backlog = 0;
  let passes = 0;
  let pace: ReadPace;

  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'],
    });
    [backlog, passes] = [0, 0];
    pace = new ReadPace({
      pass: () => {
        passes++;
        pace.passed();
      },
      backlog: () => backlog,
    });
  });
  afterEach(() => {
    pace.close();
    vi.useRealTimers();
  });

  it('SYNC-37: passes on what many have sent before it reads more of any of them', () => {
    const [eager, other, late] = [new Reading(), new Reading(), new Reading()];
    pace.took(other, 10 * KIB);
    pace.took(eager, 200 * KIB);
    expect([eager.isHeld, other.isHeld]).toEqual([false, false]);
    pace.took(eager, 64 * KIB);
    pace.took(late, 64 * KIB);
    expect([eager.isHeld, other.isHeld, late.isHeld, passes]).toEqual([true, true, true, 0]);
    vi.advanceTimersByTime(0);
    expect([eager.isHeld, other.isHeld, late.isHeld, passes]).toEqual([false, false, false, 1]);
  });

  it('SYNC-37: waits for those who read and for the log as long as their backlog becomes less', () => {
    const writer = new Reading();
    backlog = 1_000;
    pace.took(writer, 100);
    pace.passed();
    for (; backlog > 0; backlog -= 100) {
      vi.advanceTimersByTime(900);
      expect(writer.isHeld).toBe(true);
    }
    vi.advanceTimersByTime(10);
    expect(writer.isHeld).toBe(false);
  });

  it('SYNC-37: goes on after a second in which it did not, and does not wait as long for the same again', () => {
    const writer = new Reading();
    const heldFor = (): number => {
      pace.took(writer, 100);
      pace.passed();
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
    const writer = new Reading();
    pace.took(writer, 100 * KIB);
    pace.passed();
    pace.took(writer, 200 * KIB);
    expect(writer.isHeld).toBe(false);
  });
});
