import { protocol } from '@electric-sql/pglite';
import { describe, expect, it } from 'vitest';
import { ExecuteMessage, type WireValue } from './execute-message.js';

/** As PGlite's own encoder, which is a port of node-postgres', says it. */
function reference(name: string, values: WireValue[]): Buffer {
  const { bind, execute, sync } = protocol.serialize;
  const bound = bind({ statement: name, values });
  return Buffer.concat([bound, execute({}), sync()]);
}

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (at * 31) & 255);

describe('the message that runs a prepared statement', () => {
  it.each<[string, WireValue[]]>([
    ['no parameters', []],
    ['null, and what is empty', [null, '', new Uint8Array()]],
    ['text of several bytes a character', ['grün', '𝄞', '{"a":1}', null]],
    ['bytes that are no text', [bytes(256), 'after']],
    ['more than it had room for', [bytes(300_000), 'x'.repeat(100_000)]],
    ['more than it keeps room for', [bytes(5_000_000)]],
    ['more parameters than fit a signed number', Array.from({ length: 40_000 }, (_, at) => `${at}`)],
  ])('LOG-20: is that of the protocol: %s', (_, values) => {
    expect(Buffer.compare(new ExecuteMessage().encode('s1', values), reference('s1', values))).toBe(0);
  });

  it('LOG-20: says nothing of the one before it', () => {
    const message = new ExecuteMessage();
    message.encode('s1', [bytes(100_000), 'a longer text']);
    expect(Buffer.compare(message.encode('s2', ['b']), reference('s2', ['b']))).toBe(0);
  });
});
