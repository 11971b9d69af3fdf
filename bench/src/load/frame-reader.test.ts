import { describe, expect, it } from 'vitest';
import { frame } from '../../../server/src/rooms/frames/framing.js';
import { FrameReader, maskedFrame } from './frame-reader.js';

const messages = [0, 1, 125, 126, 300, 65_535, 65_536, 70_000].map((length) =>
  Uint8Array.from({ length }, (_, at) => at % 251),
);

function readInChunks(stream: Buffer, size: number): number[][] {
  const read: number[][] = [];
  const reader = new FrameReader((opcode, bytes, start, end) =>
    read.push([opcode, ...bytes.subarray(start, end)]),
  );
  const shared = Buffer.alloc(size);
  for (let at = 0; at < stream.length; at += size) {
    const length = stream.copy(shared, 0, at, Math.min(stream.length, at + size));
    reader.push(shared, length);
  }
  expect(reader.pending).toBe(0);
  return read;
}

describe('FrameReader', () => {
  it.each([1, 2, 3, 7, 128, 1_000, 65_537, 1_000_000])(
    'reads frames of all header sizes from chunks of %d bytes in a buffer that is used again',
    (size) => {
      const stream = Buffer.concat(messages.map((message) => frame(message)));
      const read = readInChunks(stream, size);
      expect(read.length).toBe(messages.length);
      for (const [at, message] of messages.entries()) expect(read[at]).toEqual([2, ...message]);
    },
  );

  it('refuses what servers do not send', () => {
    const reader = new FrameReader(() => undefined);
    expect(() => reader.push(maskedFrame(2, Uint8Array.of(1), 0x01020304), 7)).toThrow('masked');
  });
});

describe('maskedFrame', () => {
  it('is undone by its mask', () => {
    const framed = maskedFrame(2, Uint8Array.of(1, 2, 3, 4, 5), 0xdeadbeef);
    expect([...framed.subarray(0, 6)]).toEqual([0x82, 0x85, 0xde, 0xad, 0xbe, 0xef]);
    const mask = framed.subarray(2, 6);
    expect([...framed.subarray(6)].map((byte, at) => byte ^ (mask[at & 3] as number))).toEqual([
      1, 2, 3, 4, 5,
    ]);
  });
});
