import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PingResponder } from './ping-responder.js';

const KIB = 1024;

describe('answers to pings', () => {
  let unsentBytes: number;
  let answers: string[];
  let responder: PingResponder;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setImmediate', 'clearImmediate'] });
    unsentBytes = 0;
    answers = [];
    responder = new PingResponder({
      pong: (data) => answers.push(String(data)),
      unsentBytes: () => unsentBytes,
    });
  });
  afterEach(() => vi.useRealTimers());

  const ping = (...texts: readonly string[]): void =>
    texts.forEach((text) => responder.pinged(Buffer.from(text)));
  const turn = (): void => void vi.runAllTimers();

  it('SYNC-46: of pings that come together the last is answered, once, behind all that came with it', () => {
    ping('one', 'two', 'three');
    expect(answers).toEqual([]);
    turn();
    turn();
    expect(answers).toEqual(['three']);
  });

  it('SYNC-46: pings of different turns are answered each', () => {
    for (const text of ['one', '', 'three']) {
      ping(text);
      turn();
    }
    expect(answers).toEqual(['one', '', 'three']);
  });

  it('SYNC-46: who does not read gets no answers, neither now nor all at once later', () => {
    unsentBytes = 256 * KIB + 1;
    ping('one', 'two');
    turn();
    expect(answers).toEqual([]);
    unsentBytes = 256 * KIB;
    turn();
    expect(answers).toEqual([]);
    ping('three');
    turn();
    expect(answers).toEqual(['three']);
  });

  it('SYNC-46: what waits counts when the answer would leave', () => {
    ping('one');
    unsentBytes = 256 * KIB + 1;
    turn();
    expect(answers).toEqual([]);
  });
});
