import {
  DataTexture,
  LinearFilter,
  LinearMipmapLinearFilter,
  RepeatWrapping,
  RGBAFormat,
  SRGBColorSpace,
  UnsignedByteType,
} from 'three';
import sharp from 'sharp';

/** Larger pictures are made smaller: beyond this a texture costs 256 MB and shows nothing more. */
const MAX_SIDE = 8192;

/** PNG, JPEG, WebP and what else sharp reads, as a browser decodes them for WebGL: no colour management. */
async function decode(bytes: Uint8Array, turned: boolean): Promise<DataTexture> {
  const image = sharp(bytes, { ignoreIcc: true })
    .autoOrient()
    .resize({ width: MAX_SIDE, height: MAX_SIDE, fit: 'inside', withoutEnlargement: true });
  const { data, info } = await (turned ? image.flip() : image)
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  // A copy: headless-gl reads a typed array from the start of its buffer, wherever the view begins.
  const texture = new DataTexture(
    new Uint8Array(data),
    info.width,
    info.height,
    RGBAFormat,
    UnsignedByteType,
  );
  texture.flipY = false;
  texture.magFilter = LinearFilter;
  texture.needsUpdate = true;
  return texture;
}

/** A material texture with glTF's orientation. */
export async function imageTexture(bytes: Uint8Array): Promise<DataTexture> {
  const texture = await decode(bytes, false);
  texture.minFilter = LinearMipmapLinearFilter;
  texture.generateMipmaps = true;
  texture.wrapS = RepeatWrapping;
  texture.wrapT = RepeatWrapping;
  return texture;
}

/** An equirectangular picture of 8 bits: the first row is the bottom one. */
export async function panoramaTexture(bytes: Uint8Array): Promise<DataTexture> {
  const texture = await decode(bytes, true);
  texture.colorSpace = SRGBColorSpace;
  texture.minFilter = LinearFilter;
  texture.generateMipmaps = false;
  return texture;
}
