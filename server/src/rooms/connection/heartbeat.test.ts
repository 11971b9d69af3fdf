import { describe, expect, it } from 'vitest';
import { Heartbeat } from './heartbeat.js';
import type { SendProgress } from './send-progress.js';

function start() {
  let sendProgress: SendProgress = { taken: 0, waiting: 0 };
  let cut = false;
  const heartbeat = new Heartbeat({
    ping: () => undefined,
    sendKeepAlive: () => undefined,
    cut: () => (cut = true),
    sendProgress: () => sendProgress,
  });
  return {
    beat(next: SendProgress) {
      sendProgress = next;
      heartbeat.beat();
    },
    isCut: () => cut,
  };
}

describe('the heartbeat of a connection', () => {
  it('SYNC-8: who reads a large scene over a bad line is alive, though pings wait behind it', () => {
    const line = start();
    for (let at = 0; at < 40; at++) line.beat({ taken: at * 1_000, waiting: 100_000 - at * 1_000 });
    expect(line.isCut()).toBe(false);
    for (let at = 0; at < 10; at++) line.beat({ taken: 40_000, waiting: 60_000 });
    expect(line.isCut()).toBe(true);
  });

  it('SYNC-8: what the system takes for one who is gone is no sign of life', () => {
    const line = start();
    for (let at = 0; at < 10; at++) line.beat({ taken: at * 2, waiting: 0 });
    expect(line.isCut()).toBe(true);
  });
});
