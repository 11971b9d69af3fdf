import { Document, type Material, NodeIO } from '@gltf-transform/core';
import type { MeshData } from './mesh-data.js';

export interface Part {
  readonly mesh: MeshData;
  readonly material: Material;
}

/** A document with what the demo's own models have in common. */
export function newDocument(): Document {
  const document = new Document();
  document.getRoot().getAsset().generator = 'Diorama demo';
  document.createBuffer();
  return document;
}

/** Writes a GLB of one node whose mesh has these parts. */
export async function buildGlb(
  document: Document,
  name: string,
  parts: readonly Part[],
): Promise<Uint8Array> {
  const buffer = document.getRoot().listBuffers()[0] ?? null;
  const accessor = (type: 'SCALAR' | 'VEC2' | 'VEC3', values: number[]) =>
    document
      .createAccessor()
      .setType(type)
      .setArray(type === 'SCALAR' ? new Uint32Array(values) : new Float32Array(values))
      .setBuffer(buffer);
  const mesh = document.createMesh(name);
  for (const { mesh: data, material } of parts) {
    const primitive = document
      .createPrimitive()
      .setAttribute('POSITION', accessor('VEC3', data.positions))
      .setAttribute('NORMAL', accessor('VEC3', data.normals))
      .setIndices(accessor('SCALAR', data.indices))
      .setMaterial(material);
    // A glTF that has texture coordinates without a texture is valid, and a person may well add the texture.
    primitive.setAttribute('TEXCOORD_0', accessor('VEC2', data.uvs));
    mesh.addPrimitive(primitive);
  }
  const scene = document.createScene(name).addChild(document.createNode(name).setMesh(mesh));
  document.getRoot().setDefaultScene(scene);
  return new NodeIO().writeBinary(document);
}
