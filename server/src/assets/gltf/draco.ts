import { DioramaError, jsonPointer } from '@diorama/shared';
import type { AssetLimits } from '../limits.js';
import { countOf, objectOf, objectsOf, type JsonObject } from './json-value.js';

const EXTENSION = 'KHR_draco_mesh_compression';
const MAGIC = 'DRACO';
const MESH = 1;
const EDGEBREAKER = 1;
/** Position, normal and uv as 32-bit floats: the least that a vertex or face takes once it is decoded. */
const BYTES_EACH = 32;
const METADATA_FLAG = 0x8000;

function varint(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[at + i] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return [value, at + i + 1];
  }
  return [Number.POSITIVE_INFINITY, at + 5];
}

/**
 * The vertices and faces that a Draco mesh says it has, read from its header; undefined where metadata or an old
 * version is in the way, and the process's memory bound has to do.
 *
 * @see https://google.github.io/draco/spec/ §3 and §4; a 61-byte file may claim 3.4 GB (google/draco#1169)
 */
export function dracoClaim(bytes: Uint8Array): number | undefined {
  if (String.fromCharCode(...bytes.subarray(0, 5)) !== MAGIC) return undefined;
  const [major, minor, type, method] = bytes.subarray(5, 9) as unknown as [number, number, number, number];
  const flags = (bytes[9] ?? 0) | ((bytes[10] ?? 0) << 8);
  if (major !== 2 || minor !== 2 || type !== MESH || (flags & METADATA_FLAG) !== 0) return undefined;
  // Edgebreaker has a byte for its traversal first, then vertices and faces; sequential has faces, then points.
  const [first, next] = varint(bytes, method === EDGEBREAKER ? 12 : 11);
  const [second] = varint(bytes, next);
  return first + second;
}

/** Throws `asset_too_large` if a Draco mesh claims more than the limits, whatever the accessors say. */
export function checkDraco(
  json: JsonObject,
  buffers: readonly (Uint8Array | undefined)[],
  limits: AssetLimits,
): void {
  const views = objectsOf(json['bufferViews']);
  for (const [m, mesh] of objectsOf(json['meshes']).entries())
    for (const [p, primitive] of objectsOf(mesh['primitives']).entries()) {
      const packed = objectOf(objectOf(primitive['extensions'])[EXTENSION]);
      const view = views[countOf(packed['bufferView'], -1)];
      const buffer = view && buffers[countOf(view['buffer'], -1)];
      if (view === undefined || buffer === undefined) continue;
      const start = countOf(view['byteOffset']);
      const claim = dracoClaim(buffer.subarray(start, start + countOf(view['byteLength'])));
      if (claim === undefined || claim * BYTES_EACH <= limits.accessorBytes) continue;
      const pointer = jsonPointer(['meshes', m, 'primitives', p, 'extensions', EXTENSION]);
      const message = `The Draco mesh claims ${claim} vertices and faces`;
      throw new DioramaError('asset_too_large', message, {
        issues: [{ pointer, message, severity: 'error' }],
      });
    }
}
