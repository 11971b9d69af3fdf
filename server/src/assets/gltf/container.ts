import { DioramaError } from '@diorama/shared';
import type { AssetLimits } from '../limits.js';
import { tooDeepAt } from '../../json/too-deep.js';
import { isObject, type JsonObject } from './json-value.js';

/** A glTF taken apart: its JSON and, for a GLB, its binary chunk. */
export interface GltfContainer {
  readonly json: JsonObject;
  readonly bin: Uint8Array | undefined;
}

const HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
const MAGIC = 0x46546c67;
const JSON_CHUNK = 0x4e4f534a;
const BIN_CHUNK = 0x004e4942;

const invalid = (detail: string, cause?: unknown): DioramaError =>
  new DioramaError('asset_invalid', detail, {
    issues: [{ pointer: '', message: detail, severity: 'error' }],
    ...(cause === undefined ? {} : { cause }),
  });

/** Throws `asset_invalid`, or `asset_format_unsupported` for JSON that is no glTF 2.0. */
export function parseGltfJson(bytes: Uint8Array, limits: AssetLimits): JsonObject {
  if (bytes.length > limits.jsonBytes)
    throw new DioramaError(
      'asset_too_large',
      `The JSON is ${bytes.length} bytes long; at most ${limits.jsonBytes} are allowed`,
    );
  if (tooDeepAt(bytes, limits.jsonDepth) !== undefined)
    throw invalid(`The JSON is nested deeper than ${limits.jsonDepth} levels`);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw invalid(`The JSON cannot be read: ${(error as Error).message}`, error);
  }
  if (!isObject(json) || !isObject(json['asset']))
    throw new DioramaError('asset_format_unsupported', 'It looks like JSON, but has no glTF `asset` object');
  const version = json['asset']['version'];
  if (typeof version === 'string' && !version.startsWith('2.'))
    throw new DioramaError('asset_format_unsupported', `It is glTF ${version}; only glTF 2.0 is supported`);
  return json;
}

/** Takes a GLB apart. Every length in it is checked against what is there. */
export function parseGlb(bytes: Uint8Array, limits: AssetLimits): GltfContainer {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES || view.getUint32(0, true) !== MAGIC)
    throw invalid('The GLB ends inside its header');
  const version = view.getUint32(4, true);
  if (version !== 2)
    throw new DioramaError('asset_format_unsupported', `It is GLB version ${version}; only 2 is supported`);
  const length = view.getUint32(8, true);
  if (length > bytes.length)
    throw invalid(
      `The GLB says that it is ${length} bytes long and ends after ${bytes.length}: it was cut off`,
    );
  let json: JsonObject | undefined;
  let bin: Uint8Array | undefined;
  for (let at = HEADER_BYTES; at < length;) {
    if (at + CHUNK_HEADER_BYTES > length) throw invalid(`The GLB ends inside a chunk header at byte ${at}`);
    const size = view.getUint32(at, true);
    const type = view.getUint32(at + 4, true);
    const start = at + CHUNK_HEADER_BYTES;
    if (start + size > length)
      throw invalid(`The chunk at byte ${at} claims ${size} bytes; ${length - start} are left`);
    const chunk = bytes.subarray(start, start + size);
    if (json === undefined) {
      if (type !== JSON_CHUNK) throw invalid('The first chunk of the GLB is not JSON');
      json = parseGltfJson(chunk, limits);
    } else if (type === BIN_CHUNK) bin ??= chunk;
    at = start + size;
  }
  if (json === undefined) throw invalid('The GLB has no JSON chunk');
  return { json, bin };
}

export const parseContainer = (
  format: 'glb' | 'gltf',
  bytes: Uint8Array,
  limits: AssetLimits,
): GltfContainer =>
  format === 'glb' ? parseGlb(bytes, limits) : { json: parseGltfJson(bytes, limits), bin: undefined };

const padded = (length: number): number => Math.ceil(length / 4) * 4;

/** Builds a GLB. Throws `asset_too_large` beyond the 4 GiB that the format can count. */
export function buildGlb({ json, bin }: GltfContainer): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(json));
  const jsonSize = padded(text.length);
  const binSize = bin === undefined ? 0 : padded(bin.length);
  const total = HEADER_BYTES + CHUNK_HEADER_BYTES + jsonSize + (bin ? CHUNK_HEADER_BYTES + binSize : 0);
  if (total >= 2 ** 32) throw new DioramaError('asset_too_large', 'As one GLB it would exceed 4 GiB');
  const glb = new Uint8Array(total);
  const view = new DataView(glb.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, 2, true);
  view.setUint32(8, total, true);
  view.setUint32(12, jsonSize, true);
  view.setUint32(16, JSON_CHUNK, true);
  glb.set(text, 20);
  glb.fill(0x20, 20 + text.length, 20 + jsonSize);
  if (bin !== undefined) {
    const at = 20 + jsonSize;
    view.setUint32(at, binSize, true);
    view.setUint32(at + 4, BIN_CHUNK, true);
    glb.set(bin, at + CHUNK_HEADER_BYTES);
  }
  return glb;
}
