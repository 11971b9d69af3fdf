import { describe, expect, it, vi } from 'vitest';
import { FanOut } from './fan-out.js';
import { frame } from '../frames/framing.js';
import { NO_REALTIME_METRICS } from '../realtime-metrics.js';
import type { RoomClient } from '../room-client.js';
import { TickPace } from './tick-pace.js';

class FakeClient implements Partial<RoomClient> {
  readonly writes: Buffer[] = [];
  held = false;
  dropsPresence = false;

  write(...frames: readonly Buffer[]): void {
    this.writes.push(frames.length === 1 ? (frames[0] as Buffer) : Buffer.concat(frames));
  }

  /** The first byte of each message in a write. */
  messages(at: number): number[] {
    const frames = this.writes[at] ?? Buffer.alloc(0);
    return Array.from({ length: frames.length / 3 }, (_, index) => frames[index * 3 + 2] as number);
  }
}

/** The pace of a process whose event loop is busy. */
class StrainedPace extends TickPace {
  override get windowMs(): number {
    return 10_000;
  }
}

function setUp(windowMs = 10_000, pace = new TickPace()) {
  const clients = [new FakeClient(), new FakeClient(), new FakeClient()] as const;
  const late: Buffer[] = [];
  let ticks = 0;
  const fanOut = new FanOut({
    clients: new Set(clients as unknown as RoomClient[]),
    metrics: NO_REALTIME_METRICS,
    windowMs,
    pace,
    takeIn: () => void ticks++,
    takePresence: () => late.pop(),
    afterTick: () => undefined,
    isHeld: (client) => (client as unknown as FakeClient).held,
    dropsPresence: (client) => (client as unknown as FakeClient).dropsPresence,
  });
  const send = (message: number, sender?: FakeClient) =>
    fanOut.toAll(frame(new Uint8Array([message])), sender as unknown as RoomClient | undefined);
  return { clients, fanOut, send, late, ticks: () => ticks };
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));

describe('fan-out', () => {
  it('SYNC-21: after a quiet time a message leaves at once; what follows is joined into one write', async () => {
    const { clients, fanOut, send } = setUp();
    send(1);
    await nextTurn();
    expect(clients[0].writes).toHaveLength(1);
    send(2);
    send(3);
    await nextTurn();
    expect(clients[0].writes).toHaveLength(1);
    fanOut.tick();
    expect(clients[0].writes).toHaveLength(2);
    expect(clients[0].messages(1)).toEqual([2, 3]);
  });

  it('SYNC-21: the window ends by itself', async () => {
    const { clients, send } = setUp(5);
    send(1);
    await nextTurn();
    send(2);
    await expect.poll(() => clients[0].writes.length, { interval: 1 }).toBe(2);
  });

  it('SYNC-47: a process without time takes in later what comes, and sends at its usual pace what is ready', () => {
    vi.useFakeTimers();
    try {
      const { clients, fanOut, send, ticks } = setUp(5, new StrainedPace());
      fanOut.received();
      send(1);
      vi.advanceTimersByTime(5);
      expect(ticks()).toBe(1);
      fanOut.received();
      vi.advanceTimersByTime(9_000);
      // Not overdue yet: this is the intended delay.
      fanOut.tickIfOverdue();
      expect(ticks()).toBe(1);
      vi.advanceTimersByTime(1_000);
      expect(ticks()).toBe(2);
      fanOut.received();
      send(2);
      vi.advanceTimersByTime(5);
      expect(clients[0].writes).toHaveLength(2);
      expect(ticks(), 'what came in waits on').toBe(2);
      // An acknowledgement changes nothing that others see.
      fanOut.toOne(clients[1] as unknown as RoomClient, frame(new Uint8Array([3])));
      vi.advanceTimersByTime(9_000);
      expect(clients[1].writes).toHaveLength(2);
      vi.advanceTimersByTime(1_000);
      expect(ticks()).toBe(3);
      expect(clients[1].writes).toHaveLength(3);
    } finally {
      vi.useRealTimers();
    }
  });

  it('SYNC-47: presence does not overtake what was received before it, such as where a gesture ended', () => {
    vi.useFakeTimers();
    try {
      const { clients, fanOut, send, late, ticks } = setUp(5, new StrainedPace());
      fanOut.received();
      vi.advanceTimersByTime(5);
      expect(ticks()).toBe(1);
      fanOut.received();
      late.push(frame(new Uint8Array([9])));
      fanOut.presenceChanged();
      send(1);
      vi.advanceTimersByTime(20);
      expect(ticks()).toBe(1);
      expect(clients[0].writes.map((_, at) => clients[0].messages(at))).toEqual([[1]]);
      vi.advanceTimersByTime(10_000);
      expect(ticks()).toBe(2);
      expect(clients[0].messages(1)).toEqual([9]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('SYNC-47: presence alone does not put off the next intake', () => {
    vi.useFakeTimers();
    try {
      const { fanOut, late, ticks } = setUp(5, new StrainedPace());
      fanOut.received();
      vi.advanceTimersByTime(15_000);
      expect(ticks()).toBe(1);
      late.push(frame(new Uint8Array([9])));
      fanOut.presenceChanged();
      vi.advanceTimersByTime(10);
      const before = ticks();
      fanOut.received();
      vi.advanceTimersByTime(5);
      expect(ticks()).toBe(before + 1);
    } finally {
      vi.useRealTimers();
    }
  });

  it('SYNC-21: clients are not sent what they wrote, and share one buffer of what others wrote', () => {
    const { clients, fanOut, send } = setUp();
    send(1, clients[0]);
    send(2, clients[1]);
    fanOut.tick();
    expect(clients[0].messages(0)).toEqual([2]);
    expect(clients[1].messages(0)).toEqual([1]);
    expect(clients[2].messages(0)).toEqual([1, 2]);
    send(3, clients[0]);
    fanOut.tick();
    expect(clients[0].writes).toHaveLength(1);
    expect(clients[1].writes[1]).toBe(clients[2].writes[1]);
  });

  it('SYNC-21: what is for one client alone, and what is gathered late, go in the same write', () => {
    const { clients, fanOut, send, late } = setUp();
    send(1);
    fanOut.toOne(clients[0] as unknown as RoomClient, frame(new Uint8Array([7])));
    late.push(frame(new Uint8Array([9])));
    fanOut.tick();
    expect(clients[0].writes).toHaveLength(1);
    expect(clients[0].messages(0)).toEqual([1, 9, 7]);
    expect(clients[1].messages(0)).toEqual([1, 9]);
  });

  it('SYNC-22: a client that is held gets no updates, but still what is for it alone', () => {
    const { clients, fanOut, send } = setUp();
    clients[0].held = true;
    send(1);
    fanOut.toOne(clients[0] as unknown as RoomClient, frame(new Uint8Array([7])));
    fanOut.tick();
    expect(clients[0].messages(0)).toEqual([7]);
    expect(clients[1].messages(0)).toEqual([1]);
  });

  it('SYNC-29: presence is not sent to a client that does not keep up, updates are', () => {
    const { clients, fanOut, send, late } = setUp();
    clients[0].dropsPresence = true;
    send(1);
    late.push(frame(new Uint8Array([9])));
    fanOut.tick();
    expect(clients[0].messages(0)).toEqual([1]);
    expect(clients[1].messages(0)).toEqual([1, 9]);
    late.push(frame(new Uint8Array([9])));
    fanOut.tick();
    expect(clients[0].writes).toHaveLength(1);
    expect(clients[1].messages(1)).toEqual([9]);
  });

  it('SYNC-21: an update does not wait for the longer window of presence', async () => {
    const { clients, fanOut, send } = setUp(5);
    fanOut.tick();
    fanOut.presenceChanged();
    send(1);
    await expect.poll(() => clients[0].writes.length, { interval: 1 }).toBe(1);
    expect(clients[0].messages(0)).toEqual([1]);
  });

  it.each([0, 1, 125, 126, 65_535, 65_536])(
    'SYNC-21: frames a message of %i bytes as RFC 6455 says',
    (length) => {
      const framed = frame(new Uint8Array(length).fill(5));
      const header = length < 126 ? [0x82, length] : length < 65_536 ? [0x82, 126] : [0x82, 127];
      expect([...framed.subarray(0, 2)]).toEqual(header);
      const start = length < 126 ? 2 : length < 65_536 ? 4 : 10;
      if (start === 4) expect(framed.readUInt16BE(2)).toBe(length);
      if (start === 10) expect(framed.readBigUInt64BE(2)).toBe(BigInt(length));
      expect(framed.subarray(start).equals(Buffer.alloc(length, 5))).toBe(true);
    },
  );
});
