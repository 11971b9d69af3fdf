import { type Document, type Material, NodeIO } from '@gltf-transform/core';
import { ALL_EXTENSIONS, KHRMaterialsClearcoat } from '@gltf-transform/extensions';
import draco3d from 'draco3dgltf';
import { linear, PALETTE } from './palette.js';

type Finish = (material: Material, document: Document) => void;

/**
 * A model of `@pmndrs/assets` (CC0), decoded from Draco and painted.
 *
 * Decoded, since the first scene that anybody sees should not depend on a decoder.
 */
async function paint(dataUri: string, name: string, finish: Finish): Promise<Uint8Array> {
  const io = new NodeIO()
    .registerExtensions(ALL_EXTENSIONS)
    .registerDependencies({ 'draco3d.decoder': await draco3d.createDecoderModule() });
  const document = await io.readBinary(Buffer.from(dataUri.slice(dataUri.indexOf(',') + 1), 'base64'));
  const root = document.getRoot();
  for (const extension of root.listExtensionsUsed())
    if (extension.extensionName === 'KHR_draco_mesh_compression') extension.dispose();
  for (const each of [...root.listNodes(), ...root.listMeshes(), ...root.listScenes()]) each.setName(name);
  for (const material of root.listMaterials()) {
    material.setDoubleSided(false).setAlphaMode('OPAQUE');
    finish(material, document);
  }
  return io.writeBinary(document);
}

const ceramic: Finish = (material, document) => {
  const clearcoat = document
    .createExtension(KHRMaterialsClearcoat)
    .createClearcoat()
    .setClearcoatFactor(1)
    .setClearcoatRoughnessFactor(0.08);
  material
    .setName('Ceramic')
    .setBaseColorFactor([...linear(PALETTE.teal), 1])
    .setMetallicFactor(0)
    .setRoughnessFactor(0.4)
    .setExtension('KHR_materials_clearcoat', clearcoat);
};

const brass: Finish = (material) => {
  material
    .setName('Brass')
    .setBaseColorFactor([...linear(PALETTE.brass), 1])
    .setMetallicFactor(1)
    .setRoughnessFactor(0.28);
};

export const suzanne = async (): Promise<Uint8Array> =>
  paint((await import('@pmndrs/assets/models/suzi.glb.js')).default, 'Suzanne', ceramic);

export const bunny = async (): Promise<Uint8Array> =>
  paint((await import('@pmndrs/assets/models/bunny.glb.js')).default, 'Bunny', brass);
