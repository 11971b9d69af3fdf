import { crc32, deflateSync } from 'node:zlib';

function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

const PNG_SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

function pngHeader(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits a channel, RGB.
  header.set([8, 2, 0, 0, 0], 8);
  return pngChunk('IHDR', header);
}

/** A valid RGB PNG of noise that does not compress, so that cutting it in half loses pixels. */
export function png(width = 4, height = 4): Buffer {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  let noise = 1;
  for (let i = 0; i < rows.length; i++) {
    noise = (noise * 1_103_515_245 + 12_345) % 2 ** 31;
    rows[i] = i % (width * 3 + 1) === 0 ? 0 : noise >>> 16;
  }
  return Buffer.concat([
    PNG_SIGNATURE,
    pngHeader(width, height),
    pngChunk('IDAT', deflateSync(rows)),
    pngChunk('IEND', new Uint8Array()),
  ]);
}

/** A PNG that claims a size and has next to nothing. */
export const pngClaiming = (width: number, height: number): Buffer =>
  Buffer.concat([
    PNG_SIGNATURE,
    pngHeader(width, height),
    pngChunk('IDAT', deflateSync(Buffer.alloc(64))),
    pngChunk('IEND', new Uint8Array()),
  ]);

/** A flat Radiance HDR. */
export const hdr = (width: number, height: number, pixels = width * height): Buffer =>
  Buffer.concat([
    Buffer.from(`#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y ${height} +X ${width}\n`),
    Buffer.alloc(pixels * 4, 128),
  ]);

function exrAttribute(name: string, type: string, value: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(value.length);
  return Buffer.concat([Buffer.from(`${name}\0${type}\0`), size, value]);
}

/** An uncompressed EXR of one float channel; `height` rows are claimed, `rows` are there. */
export function exr(width: number, height: number, rows = height): Buffer {
  const channel = Buffer.alloc(16);
  channel.writeUInt32LE(2, 0);
  channel.writeUInt32LE(1, 8);
  channel.writeUInt32LE(1, 12);
  const window = Buffer.alloc(16);
  window.writeInt32LE(width - 1, 8);
  window.writeInt32LE(height - 1, 12);
  const head = Buffer.concat([
    Buffer.from([0x76, 0x2f, 0x31, 0x01, 2, 0, 0, 0]),
    exrAttribute('channels', 'chlist', Buffer.concat([Buffer.from('Y\0'), channel, Buffer.from([0])])),
    exrAttribute('compression', 'compression', Buffer.from([0])),
    exrAttribute('dataWindow', 'box2i', window),
    Buffer.from([0]),
  ]);
  const rowBytes = 8 + width * 4;
  const table = Buffer.alloc(rows * 8);
  const blocks = Buffer.alloc(rows * rowBytes);
  for (let y = 0; y < rows; y++) {
    table.writeBigUInt64LE(BigInt(head.length + table.length + y * rowBytes), y * 8);
    blocks.writeInt32LE(y, y * rowBytes);
    blocks.writeInt32LE(width * 4, y * rowBytes + 4);
  }
  return Buffer.concat([head, table, blocks]);
}
