import { type DataTexture, EquirectangularReflectionMapping, FloatType } from 'three';
import { EXRLoader } from 'three/addons/loaders/EXRLoader.js';
import { HDRLoader } from 'three/addons/loaders/HDRLoader.js';
import { panoramaTexture } from './image-texture.js';

const startsWith = (bytes: Uint8Array, magic: readonly number[]): boolean =>
  magic.every((byte, i) => bytes[i] === byte);
/** "#?", of "#?RADIANCE" and "#?RGBE". */
const isHdr = (bytes: Uint8Array): boolean => startsWith(bytes, [0x23, 0x3f]);
const isExr = (bytes: Uint8Array): boolean => startsWith(bytes, [0x76, 0x2f, 0x31, 0x01]);

const bufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

/** An equirectangular picture to light with. HDR and EXR are 32-bit floats: headless-gl uploads no half floats. */
export async function environmentTexture(bytes: Uint8Array): Promise<DataTexture> {
  const texture = await decode(bytes);
  texture.mapping = EquirectangularReflectionMapping;
  texture.needsUpdate = true;
  return texture;
}

async function decode(bytes: Uint8Array): Promise<DataTexture> {
  if (isHdr(bytes)) return new HDRLoader().setDataType(FloatType).createDataTexture(bufferOf(bytes));
  if (isExr(bytes)) return new EXRLoader().setDataType(FloatType).createDataTexture(bufferOf(bytes));
  return panoramaTexture(bytes);
}
