import { buildGlb, type GltfContainer } from './container.js';
import { countOf, isObject, objectsOf, type JsonObject } from './json-value.js';

/** Where compressed buffer views keep a second reference to a buffer. */
const MESHOPT = ['EXT_meshopt_compression', 'KHR_meshopt_compression'];

const align = (length: number): number => Math.ceil(length / 4) * 4;

/** Collects byte ranges into one binary chunk, each aligned as accessors need it. */
class BinaryChunk {
  readonly #parts: { at: number; bytes: Uint8Array }[] = [];
  #length = 0;

  /** Returns the offset at which `bytes` will lie. */
  add(bytes: Uint8Array): number {
    const at = this.#length;
    this.#parts.push({ at, bytes });
    this.#length = align(at + bytes.length);
    return at;
  }

  toBytes(): Uint8Array {
    const chunk = new Uint8Array(this.#length);
    for (const { at, bytes } of this.#parts) chunk.set(bytes, at);
    return chunk;
  }
}

export interface PackSource {
  readonly container: GltfContainer;
  /** The bytes of each buffer; undefined for one that has none of its own (a meshopt fallback). */
  readonly buffers: readonly (Uint8Array | undefined)[];
  /** The bytes and media type of each image that is a file; undefined for one that lies in a buffer view. */
  readonly images: readonly ({ readonly bytes: Uint8Array; readonly mimeType: string } | undefined)[];
}

/**
 * Joins a glTF and its files into one self-contained GLB.
 *
 * Only references to buffers and images are rewritten; all else in the JSON, unknown extensions included, stays as it
 * was. (glTF-Transform's writer would drop extensions that it does not know.)
 */
export function packGlb({ container, buffers, images }: PackSource): Uint8Array {
  const json = structuredClone(container.json);
  const chunk = new BinaryChunk();
  const offsets = buffers.map((bytes) => (bytes === undefined ? undefined : chunk.add(bytes)));
  // The chunk becomes buffer 0, buffers without bytes move behind it.
  const kept: JsonObject[] = [];
  const moved = new Map<number, number>();
  for (const [index, buffer] of objectsOf(json['buffers']).entries())
    if (offsets[index] === undefined) moved.set(index, kept.push(buffer));

  const views = objectsOf(json['bufferViews']);
  const relocate = (reference: JsonObject): void => {
    const index = countOf(reference['buffer']);
    const offset = offsets[index];
    reference['buffer'] = offset === undefined ? moved.get(index) : 0;
    if (offset !== undefined) reference['byteOffset'] = countOf(reference['byteOffset']) + offset;
  };
  for (const view of views) {
    relocate(view);
    for (const name of MESHOPT) {
      const packed = isObject(view['extensions']) ? view['extensions'][name] : undefined;
      if (isObject(packed)) relocate(packed);
    }
  }
  for (const [index, image] of objectsOf(json['images']).entries()) {
    const file = images[index];
    if (file === undefined) continue;
    delete image['uri'];
    image['mimeType'] = file.mimeType;
    image['bufferView'] =
      views.push({ buffer: 0, byteOffset: chunk.add(file.bytes), byteLength: file.bytes.length }) - 1;
  }
  const bin = chunk.toBytes();
  if (bin.length > 0 || kept.length > 0) json['buffers'] = [{ byteLength: bin.length }, ...kept];
  if (views.length > 0) json['bufferViews'] = views;
  return buildGlb({ json, bin: bin.length > 0 ? bin : undefined });
}
