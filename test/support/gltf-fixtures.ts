import { type Document, NodeIO } from '@gltf-transform/core';

type Loose = Record<string, unknown>;
type Some = [Loose, ...Loose[]];

interface LoosePrimitive {
  attributes: Record<string, number>;
  [key: string]: unknown;
}

/** A glTF as plain JSON, to be broken at will. */
export interface LooseGltf {
  scenes: [{ nodes: number[] }];
  nodes: Some;
  meshes: [{ primitives: [LoosePrimitive] }];
  accessors: Some;
  bufferViews: Some;
  buffers: Some;
  [key: string]: unknown;
}

/** Three vertices in the plane z = 0: positions only, no indices. */
export const TRIANGLE_BYTES = new Uint8Array(new Float32Array([0, 0, 0, 1, 0, 0, 0, 1, 0]).buffer);

/** The smallest valid glTF with geometry. Its one buffer has no `uri`, as in a GLB. */
export const triangleJson = (): LooseGltf => ({
  asset: { version: '2.0', generator: 'diorama-test' },
  scene: 0,
  scenes: [{ nodes: [0] }],
  nodes: [{ mesh: 0 }],
  meshes: [{ primitives: [{ attributes: { POSITION: 0 } }] }],
  accessors: [{ bufferView: 0, componentType: 5126, count: 3, type: 'VEC3', min: [0, 0, 0], max: [1, 1, 0] }],
  bufferViews: [{ buffer: 0, byteOffset: 0, byteLength: 36 }],
  buffers: [{ byteLength: 36 }],
});

/** A `.gltf` whose buffer and image are files beside it. */
export function gltfWithFiles(bufferUri = 'scene.bin', imageUri = 'textures/a.png'): LooseGltf {
  const json = triangleJson();
  json.buffers[0].uri = bufferUri;
  json.images = [{ uri: imageUri }];
  json.textures = [{ source: 0 }];
  json.materials = [
    { name: 'painted', doubleSided: true, pbrMetallicRoughness: { baseColorTexture: { index: 0 } } },
  ];
  json.accessors.push({ bufferView: 1, componentType: 5126, count: 3, type: 'VEC2' });
  json.bufferViews.push({ buffer: 0, byteOffset: 0, byteLength: 24 });
  json.meshes[0].primitives[0] = { attributes: { POSITION: 0, TEXCOORD_0: 1 }, material: 0 };
  return json;
}

export const jsonBytes = (json: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(json));

function chunk(type: number, data: Uint8Array, filler: number): Buffer {
  const padding = Buffer.alloc((4 - (data.length % 4)) % 4, filler);
  const header = Buffer.alloc(8);
  header.writeUInt32LE(data.length + padding.length, 0);
  header.writeUInt32LE(type, 4);
  return Buffer.concat([header, data, padding]);
}

/** A GLB of any JSON and any binary chunk, without a look at either. */
export function rawGlb(json: unknown, bin: Uint8Array | null = TRIANGLE_BYTES): Buffer {
  const text = typeof json === 'string' ? new TextEncoder().encode(json) : jsonBytes(json);
  const chunks = [chunk(0x4e4f534a, text, 0x20), ...(bin === null ? [] : [chunk(0x004e4942, bin, 0)])];
  const header = Buffer.alloc(12);
  header.writeUInt32LE(0x46546c67, 0);
  header.writeUInt32LE(2, 4);
  header.writeUInt32LE(12 + chunks.reduce((sum, { length }) => sum + length, 0), 8);
  return Buffer.concat([header, ...chunks]);
}

/** A valid GLB; `name` makes its bytes differ. */
export function triangleGlb(name = 'triangle'): Buffer {
  const json = triangleJson();
  json.nodes[0].name = name;
  return rawGlb(json);
}

/** A cube from −1 to 1 with 8 vertices and 12 indexed triangles. */
export function addCube(document: Document, name = 'cube') {
  const buffer = document.getRoot().listBuffers()[0] ?? document.createBuffer();
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((i) => [i & 1 ? 1 : -1, i & 2 ? 1 : -1, i & 4 ? 1 : -1]);
  const faces = [
    [0, 2, 1, 1, 2, 3],
    [4, 5, 6, 5, 7, 6],
    [0, 1, 4, 1, 5, 4],
    [2, 6, 3, 3, 6, 7],
    [0, 4, 2, 2, 4, 6],
    [1, 3, 5, 3, 7, 5],
  ].flat();
  const position = document
    .createAccessor()
    .setType('VEC3')
    .setArray(new Float32Array(corners))
    .setBuffer(buffer);
  const indices = document
    .createAccessor()
    .setType('SCALAR')
    .setArray(new Uint16Array(faces))
    .setBuffer(buffer);
  const primitive = document.createPrimitive().setAttribute('POSITION', position).setIndices(indices);
  return document.createMesh(name).addPrimitive(primitive);
}

export const writeGlb = async (document: Document): Promise<Buffer> =>
  Buffer.from(await new NodeIO().writeBinary(document));
