import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { FakeClock } from '../../test/support/fake-clock.js';
import { MuteServer } from '../../test/support/mute-server.js';
import { SyncServer } from '../../test/support/sync-server.js';
import { backoffMs } from './backoff.js';
import { Connection, CONNECT_TIMEOUT_MS, LONG_ATTEMPT_MS, type ConnectionOptions } from './connection.js';
import { queryAwarenessFrame } from './frames.js';
import { PROBE_TIMEOUT_MS, SILENCE_MS } from './silence.js';
import { eventually } from '../../../test/support/eventually.js';

let server: SyncServer;
let clock: FakeClock;
let connection: Connection;

beforeEach(async () => {
  server = await new SyncServer().start();
  clock = new FakeClock();
});

afterEach(async () => {
  connection.close();
  await server.destroy();
});

function connect(overrides: Partial<ConnectionOptions> = {}) {
  const onOpen = vi.fn();
  const onDown = vi.fn();
  const onRefused = vi.fn();
  const onFrame = vi.fn();
  connection = new Connection({
    url: `${server.url.replace('http', 'ws')}/v1/sync/scn_test`,
    token: () => Promise.resolve('t'),
    session: 'a-session-of-its-own',
    WebSocket,
    clock,
    random: () => 0.5,
    network: undefined,
    probe: queryAwarenessFrame,
    onOpen,
    onFrame,
    onDown,
    onRefused,
    ...overrides,
  });
  connection.start();
  return { onOpen, onDown, onRefused, onFrame };
}

describe('attempts', () => {
  it('SDK-5: attempts that fail wait longer and longer; one that proved itself begins anew', async () => {
    await server.stop();
    const { onDown, onOpen } = connect();
    const waits: (number | undefined)[] = [];
    for (let attempt = 1; attempt <= 3; attempt++) {
      await eventually(() => expect(onDown).toHaveBeenCalledTimes(attempt));
      waits.push(clock.nextInMs);
      clock.advance(clock.nextInMs ?? 0);
    }
    expect(waits).toEqual([0, 1, 2].map((attempt) => backoffMs(attempt, 0.5)));
    await eventually(() => expect(onDown).toHaveBeenCalledTimes(4));
    await server.start();
    clock.advance(clock.nextInMs ?? 0);
    await eventually(() => expect(onOpen).toHaveBeenCalled());
    connection.proved();
    server.hangUp(1012);
    await eventually(() => expect(onDown).toHaveBeenCalledTimes(5));
    expect(clock.nextInMs).toBe(backoffMs(0, 0.5));
  });

  it('SDK-5: when the network comes back, the wait is over at once', async () => {
    const network = new EventTarget();
    await server.stop();
    const { onDown, onOpen } = connect({ network });
    await eventually(() => expect(onDown).toHaveBeenCalled());
    await server.start();
    network.dispatchEvent(new Event('online'));
    await eventually(() => expect(onOpen).toHaveBeenCalledTimes(1));
  });

  it('SDK-41: every attempt of a session names it, so that a guest who comes back is known', async () => {
    const named: (string | null)[] = [];
    class Recorded extends WebSocket {
      constructor(url: string, protocol?: string | string[]) {
        super(url, protocol);
        named.push(new URL(url).searchParams.get('session'));
      }
    }
    const { onDown, onOpen } = connect({ WebSocket: Recorded });
    await vi.waitFor(() => expect(onOpen).toHaveBeenCalledTimes(1));
    server.hangUp(1012);
    await vi.waitFor(() => expect(onDown).toHaveBeenCalledTimes(1));
    clock.advance(clock.nextInMs ?? 0);
    await vi.waitFor(() => expect(onOpen).toHaveBeenCalledTimes(2));
    expect(named).toEqual(['a-session-of-its-own', 'a-session-of-its-own']);
  });

  it('SDK-6: a token that cannot be obtained is asked for again after the wait', async () => {
    const token = vi.fn<() => Promise<string>>().mockRejectedValueOnce(new Error('the login is down'));
    token.mockResolvedValue('t');
    const { onDown, onOpen } = connect({ token });
    await eventually(() => expect(onDown).toHaveBeenCalledTimes(1));
    clock.advance(clock.nextInMs ?? 0);
    await eventually(() => expect(onOpen).toHaveBeenCalledTimes(1));
  });
});

describe('attempts that hang', () => {
  let mute: MuteServer;

  beforeEach(async () => {
    mute = await new MuteServer().start();
  });
  afterEach(() => mute.stop());

  it('SDK-14: a handshake that nobody answers is given up after 10 s and counts as a failed attempt', async () => {
    const { onDown, onOpen } = connect({ url: mute.url });
    for (let attempt = 0; attempt < 2; attempt++) {
      await eventually(() => expect(mute.accepted).toBe(attempt + 1));
      clock.advance(CONNECT_TIMEOUT_MS - 1);
      expect(onDown).toHaveBeenCalledTimes(attempt);
      clock.advance(1);
      expect(onDown).toHaveBeenCalledTimes(attempt + 1);
      expect(onDown).toHaveBeenLastCalledWith(expect.objectContaining({ code: 'unreachable' }));
      expect(clock.nextInMs).toBe(backoffMs(attempt, 0.5));
      clock.advance(clock.nextInMs ?? 0);
    }
    expect(onOpen).not.toHaveBeenCalled();
  });

  it('SDK-14: a token that does not come is given up after 10 s; when it comes late it opens nothing', async () => {
    const given: ((token: string) => void)[] = [];
    const token = vi.fn(() => new Promise<string>((resolve) => given.push(resolve)));
    const { onDown, onOpen } = connect({ token });
    clock.advance(CONNECT_TIMEOUT_MS);
    expect(onDown).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'unauthenticated' }));
    clock.advance(backoffMs(0, 0.5));
    expect(token).toHaveBeenCalledTimes(2);
    given[0]?.('late');
    given[1]?.('in time');
    await eventually(() => expect(onOpen).toHaveBeenCalledTimes(1));
    expect(server.tokens).toEqual(['in time']);
    clock.advance(CONNECT_TIMEOUT_MS);
    expect(onDown).toHaveBeenCalledTimes(1);
  });

  it('SDK-5: when the network comes back, an attempt that is under way for long begins anew', async () => {
    const network = new EventTarget();
    const { onDown } = connect({ url: mute.url, network });
    await eventually(() => expect(mute.accepted).toBe(1));
    network.dispatchEvent(new Event('online'));
    clock.advance(LONG_ATTEMPT_MS);
    expect(mute.accepted).toBe(1);
    network.dispatchEvent(new Event('online'));
    await eventually(() => expect(mute.accepted).toBe(2));
    expect(clock.nextInMs).toBe(CONNECT_TIMEOUT_MS);
    expect(onDown).not.toHaveBeenCalled();
  });

  it('SDK-7: a session that is closed while it waits for an answer waits no more', async () => {
    const { onDown } = connect({ url: mute.url });
    await eventually(() => expect(mute.accepted).toBe(1));
    connection.close();
    expect(clock.nextInMs).toBeUndefined();
    await eventually(() => expect(mute.open).toBe(0));
    expect(onDown).not.toHaveBeenCalled();
  });
});

describe('tokens', () => {
  it('SDK-27: a good connection that ends with 4401 is worth a fresh token, a refused one is not', async () => {
    const token = vi.fn(() => Promise.resolve('t'));
    const { onOpen, onDown, onRefused } = connect({ token });
    await eventually(() => expect(onOpen).toHaveBeenCalledTimes(1));
    connection.proved();
    server.hangUp(4401);
    await eventually(() => expect(onDown).toHaveBeenCalledTimes(1));
    server.closeWith = { code: 4401, reason: 'unauthenticated' };
    clock.advance(clock.nextInMs ?? 0);
    await eventually(() => expect(onRefused).toHaveBeenCalledTimes(1));
    expect(token).toHaveBeenCalledTimes(2);
    expect(onRefused).toHaveBeenCalledWith(expect.objectContaining({ code: 'unauthenticated' }));
  });
});

describe('silence', () => {
  it('SDK-14: a line that answers a question after a silence stays', async () => {
    const { onOpen, onFrame, onDown } = connect();
    await eventually(() => expect(onOpen).toHaveBeenCalled());
    await eventually(() => expect(onFrame).toHaveBeenCalled());
    const heard = onFrame.mock.calls.length;
    clock.advance(SILENCE_MS);
    await eventually(() => expect(onFrame.mock.calls.length).toBeGreaterThan(heard));
    clock.advance(PROBE_TIMEOUT_MS);
    expect(onDown).not.toHaveBeenCalled();
    expect(connection.isOpen).toBe(true);
  });

  it('SDK-14: a line that stays silent after a question is given up, and another is made', async () => {
    server.silent = true;
    const { onOpen, onDown } = connect();
    await eventually(() => expect(onOpen).toHaveBeenCalledTimes(1));
    clock.advance(SILENCE_MS);
    expect(onDown).not.toHaveBeenCalled();
    clock.advance(PROBE_TIMEOUT_MS);
    expect(onDown).toHaveBeenCalledWith(expect.objectContaining({ code: 'unreachable' }));
    clock.advance(clock.nextInMs ?? 0);
    await eventually(() => expect(onOpen).toHaveBeenCalledTimes(2));
  });
});

it('SDK-7: a connection that is closed sets no timer and makes no further attempt', async () => {
  const { onOpen, onDown, onRefused } = connect();
  await eventually(() => expect(onOpen).toHaveBeenCalled());
  connection.close();
  await eventually(() => expect(server.connections).toBe(0));
  expect(clock.nextInMs).toBeUndefined();
  expect(onDown).not.toHaveBeenCalled();
  expect(onRefused).not.toHaveBeenCalled();
});
