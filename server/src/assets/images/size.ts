import { DioramaError } from '@diorama/shared';
import type { AssetLimits } from '../limits.js';

/** RGBA with all mipmaps takes a third more than the image. */
export const rgbaGpuBytes = (width: number, height: number): number =>
  Math.ceil((width * height * 4 * 4) / 3);

/** Throws `asset_too_large` for a size that no GPU takes or that decoding should not try. */
export function checkImageSize(
  { width, height }: { readonly width: number; readonly height: number },
  limits: AssetLimits,
  pointer = '',
): void {
  const { imageSide, imagePixels } = limits;
  if (width <= imageSide && height <= imageSide && width * height <= imagePixels) return;
  const message =
    `The image is ${width}×${height} pixels; at most ${imageSide}×${imageSide} ` +
    `and ${imagePixels} pixels in all are allowed`;
  throw new DioramaError('asset_too_large', message, { issues: [{ pointer, message, severity: 'error' }] });
}
