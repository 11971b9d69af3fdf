import draco3d from 'draco3dgltf';
import {
  BufferAttribute,
  BufferGeometry,
  Color,
  ColorManagement,
  type ColorSpace,
  LinearSRGBColorSpace,
} from 'three';
import { decodeMesh, type DracoModule, type NumberArrayName } from './draco-mesh.js';

type OnDecoded = (geometry: BufferGeometry) => void;

/** As much of three.js' DRACOLoader as GLTFLoader calls; that one needs a browser's workers. */
export class DracoDecoder {
  #module: Promise<DracoModule> | undefined;

  preload(): this {
    this.#module ??= (draco3d as { createDecoderModule(): Promise<DracoModule> }).createDecoderModule();
    return this;
  }

  decodeDracoFile(
    buffer: ArrayBuffer,
    onDecoded: OnDecoded,
    attributeIds: Record<string, number>,
    attributeTypes: Record<string, NumberArrayName>,
    vertexColorSpace: ColorSpace = LinearSRGBColorSpace,
    onError: (error: unknown) => void,
  ): void {
    this.#decode(buffer, attributeIds, attributeTypes, vertexColorSpace).then(onDecoded, onError);
  }

  async #decode(
    buffer: ArrayBuffer,
    attributeIds: Record<string, number>,
    attributeTypes: Record<string, NumberArrayName>,
    vertexColorSpace: ColorSpace,
  ): Promise<BufferGeometry> {
    this.preload();
    const module = await this.#module;
    if (module === undefined) throw new Error('the Draco decoder has not loaded');
    const mesh = decodeMesh(module, new Int8Array(buffer), attributeIds, attributeTypes);
    const geometry = new BufferGeometry();
    geometry.setIndex(new BufferAttribute(mesh.index, 1));
    for (const { name, array, itemSize } of mesh.attributes) {
      const attribute = new BufferAttribute(array, itemSize);
      if (name === 'color') toWorkingSpace(attribute, vertexColorSpace);
      geometry.setAttribute(name, attribute);
    }
    return geometry;
  }
}

function toWorkingSpace(attribute: BufferAttribute, from: ColorSpace): void {
  if (from === ColorManagement.workingColorSpace) return;
  const color = new Color();
  for (let i = 0; i < attribute.count; i++) {
    color.fromBufferAttribute(attribute, i);
    ColorManagement.colorSpaceToWorking(color, from);
    attribute.setXYZ(i, color.r, color.g, color.b);
  }
}
