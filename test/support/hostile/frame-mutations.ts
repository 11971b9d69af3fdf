import type { Random } from '../random.js';

/** Changes a frame in one to four places: bits, bytes, cuts, repetitions, lengths. */
export function mutated(frame: Uint8Array, random: Random): Uint8Array {
  let bytes = Buffer.from(frame);
  for (let count = 1 + random.int(4); count > 0; count--) {
    const at = random.int(bytes.length + 1);
    const before = bytes.subarray(0, at);
    const after = bytes.subarray(at);
    switch (random.int(6)) {
      case 0:
        bytes = Buffer.from(bytes);
        if (at < bytes.length) bytes[at] = random.int(256);
        break;
      case 1:
        bytes = before;
        break;
      case 2:
        bytes = Buffer.concat([before, after.subarray(random.int(4))]);
        break;
      case 3:
        bytes = Buffer.concat([before, Buffer.from([random.pick([0, 1, 127, 128, 255])]), after]);
        break;
      case 4:
        bytes = Buffer.from(bytes);
        if (at < bytes.length) bytes[at] = (bytes[at] as number) ^ (1 << random.int(8));
        break;
      default:
        bytes = Buffer.concat([bytes, after.subarray(0, random.int(50))]);
    }
  }
  return bytes;
}

/** Numbers as lib0 writes them, and as it never would: too long, too large, cut off. */
const VAR_UINTS: readonly (readonly number[])[] = [
  [0],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
  [0x80, 0x80, 0x80, 0x80, 0x00],
  [0x80],
];

/** A frame whose length of what follows, its third byte or the first number after that, is another one. */
export function withWrongLength(frame: Uint8Array, random: Random): Uint8Array {
  const at = Math.min(frame.length, 1 + random.int(5));
  return Buffer.concat([frame.subarray(0, at), Buffer.from(random.pick(VAR_UINTS)), frame.subarray(at + 1)]);
}

export const noise = (length: number, random: Random): Uint8Array =>
  Uint8Array.from({ length }, () => random.int(256));

/** Bytes that are no WebSocket frame a client may send. */
export function brokenWebSocketFrame(random: Random): Buffer {
  switch (random.int(7)) {
    case 0: // Not masked.
      return Buffer.from([0x82, 0x02, 0x00, 0x00]);
    case 1: // 2^63 bytes.
      return Buffer.from([0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]);
    case 2: // 4 GiB.
      return Buffer.from([0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4]);
    case 3: // A reserved bit, as if it were compressed.
      return Buffer.from([0xc2, 0x81, 1, 2, 3, 4, 0]);
    case 4: // A continuation of nothing.
      return Buffer.from([0x80, 0x81, 1, 2, 3, 4, 0]);
    case 5: // A ping that is too long.
      return Buffer.concat([Buffer.from([0x89, 0xfe, 0, 200, 0, 0, 0, 0]), Buffer.alloc(200)]);
    default:
      return Buffer.from(noise(2 + random.int(40), random));
  }
}
