import { DioramaError, type ImageMetadata } from '@diorama/shared';
import type { AssetLimits } from '../limits.js';
import { checkImageSize } from './size.js';

const HEADER_BYTES_MAX = 64 * 1024;
const RESOLUTION = /^([-+][XY]) (\d{1,9}) ([-+][XY]) (\d{1,9})$/;
/** Float RGBA: headless GL cannot upload half floats. */
const GPU_BYTES_PER_PIXEL = 16;

const broken = (message: string): DioramaError =>
  new DioramaError('asset_invalid', message, { issues: [{ pointer: '', message, severity: 'error' }] });

/** The metadata of an equirectangular image in linear light. */
export const environmentMetadata = (width: number, height: number, channels: number): ImageMetadata => ({
  kind: 'image',
  width,
  height,
  channels,
  has_alpha: channels === 4,
  color_space: 'linear',
  gpu_bytes: width * height * GPU_BYTES_PER_PIXEL,
});

function readHeader(bytes: Uint8Array): { lines: string[]; dataStart: number } {
  const lines: string[] = [];
  let start = 0;
  for (let at = 0; at < Math.min(bytes.length, HEADER_BYTES_MAX); at++) {
    if (bytes[at] !== 0x0a) continue;
    lines.push(new TextDecoder('latin1').decode(bytes.subarray(start, at)).trimEnd());
    start = at + 1;
    // The resolution follows the empty line and is the last line that is text.
    if (lines.at(-2) === '') return { lines, dataStart: start };
  }
  throw broken('The HDR image ends inside its header');
}

/** Follows run-length encoded scanlines to the end without keeping them. Flat data is only counted. */
function checkPixels(bytes: Uint8Array, start: number, width: number, height: number): void {
  let at = start;
  for (let row = 0; row < height; row++) {
    const packed = width >= 8 && width <= 0x7fff && bytes[at] === 2 && bytes[at + 1] === 2;
    if (!packed) {
      // Old run-length encoding repeats pixels; there is at least one for a row.
      if (at + 4 > bytes.length) throw broken(`The HDR image ends in row ${row} of ${height}`);
      if (row === 0 && bytes.length - at >= width * height * 4) return;
      at += 4;
      continue;
    }
    at += 4;
    for (let seen = 0; seen < width * 4;) {
      const count = bytes[at];
      if (count === undefined) throw broken(`The HDR image ends in row ${row} of ${height}`);
      if (count === 0) throw broken(`Row ${row} of the HDR image has a run without a length`);
      seen += count > 128 ? count - 128 : count;
      at += count > 128 ? 2 : 1 + count;
    }
    if (at > bytes.length) throw broken(`The HDR image ends in row ${row} of ${height}`);
  }
}

/** Reads a Radiance HDR. Throws `asset_invalid`, `asset_format_unsupported` or `asset_too_large`. */
export function inspectHdr(bytes: Uint8Array, limits: AssetLimits): ImageMetadata {
  const { lines, dataStart } = readHeader(bytes);
  const format = lines.find((line) => line.startsWith('FORMAT='))?.slice('FORMAT='.length);
  if (format !== undefined && format !== '32-bit_rle_rgbe')
    throw new DioramaError('asset_format_unsupported', `It is an HDR image of format ${format.slice(0, 64)}`);
  const [, axis, first, , second] = RESOLUTION.exec(lines.at(-1) ?? '') ?? [];
  if (axis === undefined) throw broken('The HDR image has no resolution line');
  const rowsFirst = axis.endsWith('Y');
  const height = Number(rowsFirst ? first : second);
  const width = Number(rowsFirst ? second : first);
  if (width === 0 || height === 0) throw broken('The HDR image has no pixels');
  checkImageSize({ width, height }, limits);
  checkPixels(bytes, dataStart, rowsFirst ? width : height, rowsFirst ? height : width);
  return environmentMetadata(width, height, 3);
}
