import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { JoinQueue } from './join-queue.js';

const MEGABYTE = 1024 * 1024;

function setUp() {
  let now = 0;
  const sent: string[] = [];
  const failures: unknown[] = [];
  const queue = new JoinQueue(() => now);
  const failed = (error: unknown): void => void failures.push(error);
  const add = (name: string, { takesMs = 0, unsentBytes = 0 } = {}) => {
    const client = { unsentBytes: 0 };
    const send = (): void => {
      sent.push(name);
      now += takesMs;
      client.unsentBytes = unsentBytes;
    };
    queue.add({ client, send, failed });
    return client;
  };
  return { queue, sent, failures, failed, add, pass: (ms: number) => void (now += ms) };
}

describe('those who join large scenes', () => {
  it('SYNC-39: are answered in order, in slices between which others have their turn', async () => {
    const { sent, add } = setUp();
    for (const name of ['a', 'b', 'c', 'd', 'e']) add(name, { takesMs: 3 });
    expect(sent).toEqual([]);
    const seen: string[] = [];
    while (sent.length < 5) {
      await setImmediate();
      seen.push(sent.join(''));
    }
    expect(seen).toEqual(expect.arrayContaining(['ab', 'abcd', 'abcde']));
    expect(seen).not.toContain('abc');
  });

  it('SYNC-39: wait while much of earlier answers waits for the network', async () => {
    const { sent, add } = setUp();
    const first = add('a', { unsentBytes: 3 * MEGABYTE });
    const second = add('b', { unsentBytes: 3 * MEGABYTE });
    add('c');
    await expect.poll(() => sent).toEqual(['a', 'b']);
    await setImmediate();
    expect(sent).toEqual(['a', 'b']);
    first.unsentBytes = 0;
    await expect.poll(() => sent).toEqual(['a', 'b', 'c']);
    expect(second.unsentBytes).toBe(3 * MEGABYTE);
  });

  it('SYNC-39: do not wait for a client that reads slowly', async () => {
    const { sent, add, pass } = setUp();
    add('slow', { unsentBytes: 100 * MEGABYTE });
    add('next');
    await expect.poll(() => sent).toEqual(['slow']);
    pass(26);
    await expect.poll(() => sent).toEqual(['slow', 'next']);
  });

  it('SYNC-39: are answered also when the answer to one of them fails', async () => {
    const { queue, sent, failures, failed, add } = setUp();
    const fault = new Error('of one room');
    queue.add({
      client: { unsentBytes: 0 },
      send: vi.fn(() => {
        throw fault;
      }),
      failed,
    });
    add('a');
    await expect.poll(() => sent).toEqual(['a']);
    expect(failures).toEqual([fault]);
    add('b');
    await expect.poll(() => sent).toEqual(['a', 'b']);
  });
});
