import { describe, expect, it } from 'vitest';
import { StalledMessageDetector } from './stalled-message-detector.js';

function start() {
  const line = { bytes: 0, unfinished: false, read: true };
  const events: string[] = [];
  const detector = new StalledMessageDetector({
    isUnfinished: () => line.unfinished,
    isRead: () => line.read,
    bytes: () => line.bytes,
    progress: () => events.push('progress'),
    cut: () => events.push('cut'),
  });
  const check = (times: number, bytes = 0): void => {
    for (let at = 0; at < times; at++) {
      line.bytes += bytes;
      detector.check();
    }
  };
  return { line, events, detector, check };
}

describe('a message that arrives', () => {
  it('SYNC-44: may take as long as it takes, as long as some of it keeps coming', () => {
    const { line, events, check } = start();
    line.unfinished = true;
    check(1_000, 700);
    expect(new Set(events)).toEqual(new Set(['progress']));
  });

  it('SYNC-44: is cut when it stands still, or next to it', () => {
    for (const bytes of [0, 100]) {
      const { line, events, check } = start();
      line.unfinished = true;
      check(6, bytes);
      expect(events).toEqual([]);
      check(1, bytes);
      expect(events).toEqual(['cut']);
    }
  });

  it('SYNC-44: is not the one before it, however often one is under way when somebody looks', () => {
    const { line, events, detector, check } = start();
    line.unfinished = true;
    for (let at = 0; at < 100; at++) {
      check(1);
      detector.finished();
    }
    expect(events).toEqual([]);
  });

  it('SYNC-44: may stand still while nobody reads it, and on a line where nothing is under way', () => {
    const { line, events, check } = start();
    check(100);
    line.unfinished = true;
    line.read = false;
    check(100);
    line.read = true;
    check(6);
    expect(events).toEqual([]);
  });
});
