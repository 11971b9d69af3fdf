import {
  EquirectangularReflectionMapping,
  FloatType,
  LinearFilter,
  LinearMipmapLinearFilter,
  RepeatWrapping,
  SRGBColorSpace,
  Texture,
} from 'three';
import { EXRLoader } from 'three/addons/loaders/EXRLoader.js';
import { HDRLoader } from 'three/addons/loaders/HDRLoader.js';

const startsWith = (bytes: ArrayBuffer, magic: readonly number[]): boolean => {
  const head = new Uint8Array(bytes, 0, Math.min(magic.length, bytes.byteLength));
  return magic.every((byte, i) => head[i] === byte);
};
/** "#?", of "#?RADIANCE" and "#?RGBE". */
const isHdr = (bytes: ArrayBuffer): boolean => startsWith(bytes, [0x23, 0x3f]);
const isExr = (bytes: ArrayBuffer): boolean => startsWith(bytes, [0x76, 0x2f, 0x31, 0x01]);

async function imageTexture(bytes: ArrayBuffer): Promise<Texture> {
  // As GLTFLoader does: the texels are data, and the browser must neither convert nor premultiply them.
  const bitmap = await createImageBitmap(new Blob([bytes]), {
    colorSpaceConversion: 'none',
    premultiplyAlpha: 'none',
  });
  const texture = new Texture(bitmap);
  texture.flipY = false;
  texture.needsUpdate = true;
  return texture;
}

/** An image as a material texture: row 0 at v = 0 as in glTF, repeating, with mipmaps. */
export async function textureOf(bytes: ArrayBuffer): Promise<Texture> {
  const texture = await imageTexture(bytes);
  texture.wrapS = RepeatWrapping;
  texture.wrapT = RepeatWrapping;
  texture.minFilter = LinearMipmapLinearFilter;
  return texture;
}

/** An equirectangular picture. Floats are 32 bits wide, as in the render worker, so that both light alike. */
export async function environmentOf(bytes: ArrayBuffer): Promise<Texture> {
  const texture = await decodeEnvironment(bytes);
  texture.mapping = EquirectangularReflectionMapping;
  texture.needsUpdate = true;
  return texture;
}

async function decodeEnvironment(bytes: ArrayBuffer): Promise<Texture> {
  if (isHdr(bytes)) return new HDRLoader().setDataType(FloatType).createDataTexture(bytes);
  if (isExr(bytes)) return new EXRLoader().setDataType(FloatType).createDataTexture(bytes);
  const bitmap = await createImageBitmap(new Blob([bytes]), {
    imageOrientation: 'flipY',
    colorSpaceConversion: 'none',
  });
  const texture = new Texture(bitmap);
  // WebGL ignores UNPACK_FLIP_Y for bitmaps: it is turned when it is decoded.
  texture.flipY = false;
  texture.colorSpace = SRGBColorSpace;
  texture.minFilter = LinearFilter;
  texture.generateMipmaps = false;
  return texture;
}
