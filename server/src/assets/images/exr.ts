import { DioramaError, type ImageMetadata } from '@diorama/shared';
import type { AssetLimits } from '../limits.js';
import { environmentMetadata } from './hdr.js';
import { checkImageSize } from './size.js';

const VERSION_BYTES = 8;
const TILED_FLAG = 0x200;
const DEEP_FLAG = 0x800;
const MULTIPART_FLAG = 0x1000;
/** Scanlines in one block, by compression. */
const BLOCK_ROWS = [1, 1, 1, 16, 32, 16, 32, 32, 32, 256];
const ATTRIBUTES_MAX = 1_000;

const broken = (message: string): DioramaError =>
  new DioramaError('asset_invalid', message, { issues: [{ pointer: '', message, severity: 'error' }] });

interface Attribute {
  readonly type: string;
  readonly at: number;
  readonly size: number;
}

function readText(bytes: Uint8Array, at: number): [text: string, next: number] {
  const end = bytes.indexOf(0, at);
  if (end < 0 || end - at > 255) throw broken('The EXR image ends inside its header');
  return [new TextDecoder('latin1').decode(bytes.subarray(at, end)), end + 1];
}

function readAttributes(
  bytes: Uint8Array,
  view: DataView,
): { attributes: Map<string, Attribute>; end: number } {
  const attributes = new Map<string, Attribute>();
  let at = VERSION_BYTES;
  while (attributes.size < ATTRIBUTES_MAX) {
    if (at >= bytes.length) throw broken('The EXR image ends inside its header');
    if (bytes[at] === 0) return { attributes, end: at + 1 };
    const [name, afterName] = readText(bytes, at);
    const [type, afterType] = readText(bytes, afterName);
    if (afterType + 4 > bytes.length) throw broken('The EXR image ends inside its header');
    const size = view.getUint32(afterType, true);
    at = afterType + 4 + size;
    attributes.set(name, { type, at: afterType + 4, size });
  }
  throw broken('The EXR image has too many header attributes');
}

/** Names end with a zero, 16 bytes of properties follow; an empty name ends the list. */
function countChannels(bytes: Uint8Array, { at, size }: Attribute): number {
  let count = 0;
  for (let from = at; from < at + size && bytes[from] !== 0; count++) from = readText(bytes, from)[1] + 16;
  return count;
}

/** Every block of scanlines must begin inside the file: the table of their offsets says where. */
function checkBlocks(bytes: Uint8Array, view: DataView, tableStart: number, blocks: number): void {
  if (tableStart + blocks * 8 > bytes.length) throw broken('The EXR image ends inside its offset table');
  for (let block = 0; block < blocks; block++) {
    const offset = Number(view.getBigUint64(tableStart + block * 8, true));
    const fits = offset + 8 <= bytes.length && offset + 8 + view.getUint32(offset + 4, true) <= bytes.length;
    if (!fits) throw broken(`The EXR image ends before block ${block} of ${blocks}`);
  }
}

/** Reads the header of a scanline OpenEXR image. Throws `asset_invalid`, `asset_format_unsupported` or `asset_too_large`. */
export function inspectExr(bytes: Uint8Array, limits: AssetLimits): ImageMetadata {
  if (bytes.length < VERSION_BYTES) throw broken('The EXR image ends inside its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint32(4, true);
  if (flags & (DEEP_FLAG | MULTIPART_FLAG))
    throw new DioramaError('asset_format_unsupported', 'It is a deep or multi-part EXR image');
  const { attributes, end } = readAttributes(bytes, view);
  const window = attributes.get('dataWindow');
  const channels = attributes.get('channels');
  const compression = attributes.get('compression');
  if (!window || window.size !== 16 || window.at + 16 > bytes.length || !channels || !compression)
    throw broken('The EXR image lacks its dataWindow, channels or compression');
  const [left, top, right, bottom] = [0, 4, 8, 12].map((offset) =>
    view.getInt32(window.at + offset, true),
  ) as [number, number, number, number];
  const size = { width: right - left + 1, height: bottom - top + 1 };
  if (size.width < 1 || size.height < 1) throw broken('The EXR image has no pixels');
  checkImageSize(size, limits);
  if ((flags & TILED_FLAG) === 0) {
    const rows = BLOCK_ROWS[bytes[compression.at] ?? 255];
    if (rows === undefined) throw broken('The EXR image has an unknown compression');
    checkBlocks(bytes, view, end, Math.ceil(size.height / rows));
  }
  return environmentMetadata(size.width, size.height, Math.max(1, countChannels(bytes, channels)));
}
