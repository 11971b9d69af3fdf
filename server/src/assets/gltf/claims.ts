import { DioramaError, jsonPointer } from '@diorama/shared';
import type { AssetLimits } from '../limits.js';
import { countOf, objectOf, objectsOf, stringOf, type JsonObject } from './json-value.js';

const COMPONENT_BYTES: Readonly<Record<number, number>> = {
  5120: 1,
  5121: 1,
  5122: 2,
  5123: 2,
  5125: 4,
  5126: 4,
  5130: 8,
  5131: 2,
};
const COMPONENTS: Readonly<Record<string, number>> = {
  SCALAR: 1,
  VEC2: 2,
  VEC3: 3,
  VEC4: 4,
  MAT2: 4,
  MAT3: 9,
  MAT4: 16,
};
const MESHOPT = ['EXT_meshopt_compression', 'KHR_meshopt_compression'];

function tooLarge(path: PropertyKey[], detail: string): never {
  throw new DioramaError('asset_too_large', detail, {
    issues: [{ pointer: jsonPointer(path), message: detail, severity: 'error' }],
  });
}

/** What a type that nobody knows costs is taken as the most; the validator names it afterwards. */
const elementBytes = (accessor: JsonObject): number =>
  (COMPONENT_BYTES[countOf(accessor['componentType'])] ?? 8) * (COMPONENTS[stringOf(accessor['type'])] ?? 16);

function checkAccessors(json: JsonObject, limits: AssetLimits): void {
  let total = 0;
  const add = (bytes: number, path: PropertyKey[], what: string): void => {
    total += bytes;
    if (total > limits.accessorBytes)
      tooLarge(path, `${what} claims ${bytes} bytes; all together may claim ${limits.accessorBytes}`);
  };
  for (const [index, accessor] of objectsOf(json['accessors']).entries())
    add(
      countOf(accessor['count']) * elementBytes(accessor),
      ['accessors', index, 'count'],
      `Accessor ${index}`,
    );
  for (const [index, view] of objectsOf(json['bufferViews']).entries()) {
    for (const name of MESHOPT) {
      const packed = objectOf(objectOf(view['extensions'])[name]);
      const bytes = countOf(packed['count']) * countOf(packed['byteStride']);
      add(bytes, ['bufferViews', index, 'extensions', name, 'count'], `Buffer view ${index}`);
    }
  }
}

/** Walks without recursion; a node that is reached twice is the validator's business. */
function checkNodes(json: JsonObject, limits: AssetLimits): void {
  const nodes = objectsOf(json['nodes']);
  if (nodes.length > limits.nodes)
    tooLarge(['nodes'], `It has ${nodes.length} nodes; at most ${limits.nodes} are allowed`);
  const childrenOf = nodes.map(({ children }) =>
    (Array.isArray(children) ? (children as unknown[]) : []).filter((child) => typeof child === 'number'),
  );
  const hasParent = new Set(childrenOf.flat());
  const seen = new Set<number>();
  let level = nodes.map((_, index) => index).filter((index) => !hasParent.has(index));
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > limits.nodeDepth)
      tooLarge(['nodes', level[0] as number], `Nodes are nested deeper than ${limits.nodeDepth} levels`);
    for (const index of level) seen.add(index);
    level = level.flatMap((index) => childrenOf[index] ?? []).filter((index) => !seen.has(index));
  }
}

/** Throws `asset_too_large`, with a pointer, for what the JSON asks for beyond the limits, before any of it is made. */
export function checkClaims(json: JsonObject, limits: AssetLimits): void {
  checkNodes(json, limits);
  checkAccessors(json, limits);
}
