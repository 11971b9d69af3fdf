import { readFile } from 'node:fs/promises';
import type { AssetLimits } from '../limits.js';
import { parseContainer, type GltfContainer } from './container.js';
import { countOf, objectsOf, stringOf } from './json-value.js';

export interface GltfSource {
  readonly format: 'glb' | 'gltf';
  readonly location: string;
  /** URI as in the JSON → where its bytes are: what came along, and nothing else is ever opened. */
  readonly resources: Readonly<Record<string, string>>;
}

export interface GltfImage {
  readonly bytes: Uint8Array;
  readonly mimeType: string;
  /** It lies in a buffer view already. */
  readonly inBuffer: boolean;
}

/** A glTF with the bytes of everything that it refers to, in memory. */
export interface LoadedGltf {
  readonly format: 'glb' | 'gltf';
  readonly bytes: Uint8Array;
  readonly container: GltfContainer;
  readonly resources: ReadonlyMap<string, Uint8Array>;
  /** By index; undefined for one without bytes of its own. */
  readonly buffers: readonly (Uint8Array | undefined)[];
  readonly images: readonly (GltfImage | undefined)[];
}

const DATA_URI = /^data:([^;,]*)((?:;[^;,]*)*),/i;

function decodeDataUri(uri: string): { bytes: Uint8Array; mimeType: string } | undefined {
  const match = DATA_URI.exec(uri);
  if (match === null) return undefined;
  const body = uri.slice(match[0].length);
  const base64 = /;base64$/i.test(match[2] ?? '');
  const bytes = base64 ? Buffer.from(body, 'base64') : Buffer.from(decodeURIComponent(body));
  return { bytes, mimeType: match[1] ?? '' };
}

const SIGNATURES: readonly (readonly [mimeType: string, hex: string])[] = [
  ['image/png', '89504e47'],
  ['image/jpeg', 'ffd8ff'],
  ['image/webp', '52494646'],
  ['image/ktx2', 'ab4b5458'],
];

/** The media type that the bytes have; the declared one where they say nothing. */
function imageType(bytes: Uint8Array, declared: string): string {
  const head = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  return SIGNATURES.find(([, hex]) => head.startsWith(hex))?.[0] ?? declared;
}

/** Reads a glTF and the files that came along with it. */
export async function loadGltf(source: GltfSource, limits: AssetLimits): Promise<LoadedGltf> {
  const bytes = await readFile(source.location);
  const container = parseContainer(source.format, bytes, limits);
  const resources = new Map<string, Uint8Array>();
  for (const [uri, location] of Object.entries(source.resources))
    resources.set(uri, await readFile(location));
  const bytesOf = (uri: string): Uint8Array | undefined => resources.get(uri) ?? decodeDataUri(uri)?.bytes;

  const { json, bin } = container;
  const buffers = objectsOf(json['buffers']).map(({ uri, byteLength }, index) => {
    const all = typeof uri === 'string' ? bytesOf(uri) : index === 0 ? bin : undefined;
    return all?.subarray(0, countOf(byteLength));
  });
  const views = objectsOf(json['bufferViews']);
  const images = objectsOf(json['images']).map(({ uri, bufferView, mimeType }): GltfImage | undefined => {
    const view = typeof uri === 'string' ? undefined : views[countOf(bufferView, -1)];
    const start = countOf(view?.['byteOffset']);
    const found =
      typeof uri === 'string'
        ? bytesOf(uri)
        : buffers[countOf(view?.['buffer'], -1)]?.subarray(start, start + countOf(view?.['byteLength']));
    return (
      found && { bytes: found, mimeType: imageType(found, stringOf(mimeType)), inBuffer: view !== undefined }
    );
  });
  return { format: source.format, bytes, container, resources, buffers, images };
}
