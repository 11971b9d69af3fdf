export interface ImageHeader {
  readonly format: 'png' | 'jpeg' | 'webp' | 'ktx2';
  readonly width: number;
  readonly height: number;
}

const KTX2_MAGIC = [0xab, 0x4b, 0x54, 0x58, 0x20, 0x32, 0x30, 0xbb];
const PNG_MAGIC = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

const starts = (bytes: Uint8Array, magic: readonly number[]): boolean =>
  magic.every((byte, index) => bytes[index] === byte);

const fourCc = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));

/** Start-of-frame markers: all of C0–CF but the tables C4, C8 and CC. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

function jpegHeader(view: DataView): ImageHeader | undefined {
  let at = 2;
  while (at + 9 <= view.byteLength) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (isFrame(marker))
      return { format: 'jpeg', height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

function webpHeader(bytes: Uint8Array, view: DataView): ImageHeader | undefined {
  if (bytes.length < 30) return undefined;
  switch (fourCc(bytes, 12)) {
    case 'VP8X': {
      const at = (offset: number): number =>
        1 + view.getUint16(offset, true) + (view.getUint8(offset + 2) << 16);
      return { format: 'webp', width: at(24), height: at(27) };
    }
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return { format: 'webp', width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
    }
    case 'VP8 ':
      return {
        format: 'webp',
        width: view.getUint16(26, true) & 0x3fff,
        height: view.getUint16(28, true) & 0x3fff,
      };
    default:
      return undefined;
  }
}

/** The size that an image claims, read without decoding it; undefined if it is none of these formats or cut off. */
export function readImageHeader(bytes: Uint8Array): ImageHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (starts(bytes, PNG_MAGIC))
    return bytes.length < 24
      ? undefined
      : { format: 'png', width: view.getUint32(16), height: view.getUint32(20) };
  if (starts(bytes, [0xff, 0xd8, 0xff])) return jpegHeader(view);
  if (starts(bytes, KTX2_MAGIC))
    return bytes.length < 28
      ? undefined
      : { format: 'ktx2', width: view.getUint32(20, true), height: Math.max(1, view.getUint32(24, true)) };
  if (fourCc(bytes, 0) === 'RIFF' && fourCc(bytes, 8) === 'WEBP') return webpHeader(bytes, view);
  return undefined;
}
