import type { ModelMetadata } from '@diorama/shared';
import type { Document } from '@gltf-transform/core';
import { baseName } from '../staged-file.js';
import { rgbaGpuBytes } from '../images/size.js';
import { isObject, objectOf, objectsOf, stringOf, type JsonObject } from './json-value.js';
import type { LoadedGltf } from './load.js';
import type { Measured } from './measure.js';

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/** The slots of a material that hold a texture, those of its extensions included. */
function textureSlots(value: unknown): string[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (key === 'extras' || !isObject(item)) return [];
    return key.endsWith('Texture') && 'index' in item ? [key] : textureSlots(item);
  });
}

const ALPHA_MODES = ['OPAQUE', 'MASK', 'BLEND'] as const;

const describeMaterial = (material: JsonObject): ModelMetadata['materials'][number] => ({
  name: stringOf(material['name']),
  alpha_mode: ALPHA_MODES.find((mode) => mode === material['alphaMode']) ?? 'OPAQUE',
  double_sided: material['doubleSided'] === true,
  textures: textureSlots(material),
});

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

function describeTextures(gltf: LoadedGltf, sizes: readonly ImageSize[]): ModelMetadata['textures'] {
  return objectsOf(gltf.container.json['images']).map((image, index) => {
    const { width, height } = sizes[index] ?? { width: 0, height: 0 };
    const uri = stringOf(image['uri']);
    return {
      name: stringOf(image['name']) || (uri.startsWith('data:') ? '' : baseName(uri)),
      mime_type: gltf.images[index]?.mimeType ?? '',
      width,
      height,
      bytes: gltf.images[index]?.bytes.length ?? 0,
      gpu_bytes: rgbaGpuBytes(width, height),
    };
  });
}

const describeAnimations = (document: Document): ModelMetadata['animations'] =>
  document
    .getRoot()
    .listAnimations()
    .map((animation) => ({
      name: animation.getName(),
      duration: Math.max(
        0,
        ...animation.listSamplers().map((sampler) => sampler.getInput()?.getMax([])[0] ?? 0),
      ),
      channels: animation.listChannels().length,
    }));

/** What the API tells about a model. */
export function describeModel(
  gltf: LoadedGltf,
  document: Document,
  measured: Measured,
  imageSizes: readonly ImageSize[],
): ModelMetadata {
  const { json } = gltf.container;
  const meshes = document.getRoot().listMeshes();
  const generator = objectOf(json['asset'])['generator'];
  return {
    kind: 'model',
    generator: typeof generator === 'string' ? generator : null,
    ...measured,
    nodes: document.getRoot().listNodes().length,
    meshes: meshes.length,
    primitives: meshes.reduce((sum, mesh) => sum + mesh.listPrimitives().length, 0),
    materials: objectsOf(json['materials']).map(describeMaterial),
    textures: describeTextures(gltf, imageSizes),
    animations: describeAnimations(document),
    skins: document.getRoot().listSkins().length,
    extensions_used: strings(json['extensionsUsed']),
    extensions_required: strings(json['extensionsRequired']),
  };
}
