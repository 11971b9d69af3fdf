import { DioramaError, type ImageMetadata } from '@diorama/shared';
import type { AssetLimits } from '../limits.js';
import { readImageHeader } from './header.js';
import { checkImageSize, rgbaGpuBytes } from './size.js';

const broken = (pointer: string, message: string, cause?: unknown): DioramaError =>
  new DioramaError('asset_invalid', message, {
    issues: [{ pointer, message, severity: 'error' }],
    ...(cause === undefined ? {} : { cause }),
  });

/**
 * Decodes a PNG, JPEG or WebP to the last pixel, so that a truncated one is found here and not by a renderer.
 *
 * `pointer` says where it is, when it is part of a model. Throws `asset_invalid` or `asset_too_large`.
 */
export async function inspectPicture(
  bytes: Uint8Array,
  limits: AssetLimits,
  pointer = '',
): Promise<ImageMetadata> {
  const header = readImageHeader(bytes);
  if (header === undefined) throw broken(pointer, 'The image ends inside its header');
  checkImageSize(header, limits, pointer);
  const { default: sharp } = await import('sharp');
  try {
    const image = sharp(bytes, { failOn: 'error', limitInputPixels: limits.imagePixels });
    const metadata = await image.metadata();
    // One channel is enough to make the decoder walk through all of it.
    await image.clone().extractChannel(0).raw().toBuffer();
    return {
      kind: 'image',
      width: metadata.width,
      height: metadata.height,
      channels: metadata.channels,
      has_alpha: metadata.hasAlpha,
      color_space: metadata.space,
      gpu_bytes: rgbaGpuBytes(metadata.width, metadata.height),
    };
  } catch (error) {
    throw broken(pointer, `The ${header.format} image cannot be decoded: ${(error as Error).message}`, error);
  }
}
