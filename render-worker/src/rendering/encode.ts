import type { OutputFormat } from '@diorama/shared';
import sharp from 'sharp';
import type { Pixels } from './render-backend.js';

const JPEG_QUALITY = 90;
const WEBP_QUALITY = 90;

/** The picture as a file. Without transparency there is no alpha channel; JPEG never has one. */
export async function encode(
  pixels: Pixels,
  format: OutputFormat,
  transparent: boolean,
): Promise<Uint8Array> {
  const { data, width, height } = pixels;
  const rgba = sharp(data, { raw: { width, height, channels: 4 } });
  switch (format) {
    case 'png':
      return (transparent ? rgba : rgba.removeAlpha()).png({ compressionLevel: 6 }).toBuffer();
    case 'webp':
      return (transparent ? rgba : rgba.removeAlpha()).webp({ quality: WEBP_QUALITY }).toBuffer();
    case 'jpeg':
      return (transparent ? rgba.flatten({ background: '#ffffff' }) : rgba.removeAlpha())
        .jpeg({ quality: JPEG_QUALITY, chromaSubsampling: '4:4:4' })
        .toBuffer();
  }
}
