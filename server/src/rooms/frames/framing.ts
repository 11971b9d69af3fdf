/** FIN and the opcode of a binary message (RFC 6455, section 5.2). */
const FIN_BINARY = 0x82;

/**
 * Allocates an unmasked binary WebSocket frame with room for `length` bytes, which can be written to any number of
 * sockets.
 *
 * Framing once for all clients, and writing the frames of a tick as one buffer, costs a tenth of one `ws.send` per
 * frame: the system call is the expensive part. This works only without extensions (compression) and fragmentation.
 */
function allocateFrame(length: number): { framed: Buffer; at: number } {
  const at = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const framed = Buffer.allocUnsafe(at + length);
  framed[0] = FIN_BINARY;
  if (at === 2) {
    framed[1] = length;
  } else if (at === 4) {
    framed[1] = 126;
    framed.writeUInt16BE(length, 2);
  } else {
    framed[1] = 127;
    framed.writeBigUInt64BE(BigInt(length), 2);
  }
  return { framed, at };
}

/** `message` as one frame. */
export function frame(message: Uint8Array): Buffer {
  const { framed, at } = allocateFrame(message.length);
  framed.set(message, at);
  return framed;
}

/**
 * A frame of some leading bytes and a length-prefixed byte string, the format of most messages.
 *
 * Written in one pass, since every relayed update takes this path.
 */
export function frameBytes(head: readonly number[], bytes: Uint8Array): Buffer {
  const { framed, at: start } = allocateFrame(head.length + varUintLength(bytes.length) + bytes.length);
  let at = start;
  for (const byte of head) framed[at++] = byte;
  let rest = bytes.length;
  while (rest > 127) {
    framed[at++] = 128 | (rest & 127);
    rest = Math.floor(rest / 128);
  }
  framed[at++] = rest;
  framed.set(bytes, at);
  return framed;
}

function varUintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) length++;
  return length;
}
