import { DioramaError } from '@diorama/shared';
import { readImageHeader } from '../images/header.js';
import { inspectPicture } from '../images/picture.js';
import { checkImageSize } from '../images/size.js';
import type { AssetLimits } from '../limits.js';
import type { ImageSize } from './describe.js';
import type { LoadedGltf } from './load.js';

/** Bounds all sizes that a model's images claim, before any of them is decoded. Returns what the headers say. */
function readSizes(gltf: LoadedGltf, limits: AssetLimits): ImageSize[] {
  let pixels = 0;
  return gltf.images.map((image, index) => {
    const pointer = `/images/${index}`;
    const header = image && readImageHeader(image.bytes);
    if (header === undefined) {
      const message = `Image ${index} is no PNG, JPEG, WebP or KTX2, or ends inside its header`;
      throw new DioramaError('asset_invalid', message, { issues: [{ pointer, message, severity: 'error' }] });
    }
    checkImageSize(header, limits, pointer);
    pixels += header.width * header.height;
    if (pixels > limits.modelPixels)
      throw new DioramaError(
        'asset_too_large',
        `Its images have more than ${limits.modelPixels} pixels together`,
      );
    return header;
  });
}

/** Decodes a model's images one after the other; KTX2 is left to the renderer's transcoder. */
export async function inspectImages(gltf: LoadedGltf, limits: AssetLimits): Promise<ImageSize[]> {
  const sizes = readSizes(gltf, limits);
  for (const [index, image] of gltf.images.entries())
    if (image !== undefined && image.mimeType !== 'image/ktx2')
      await inspectPicture(image.bytes, limits, `/images/${index}`);
  return sizes;
}
