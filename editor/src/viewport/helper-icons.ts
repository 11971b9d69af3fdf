import type { LightType } from '@diorama/shared';
import { CanvasTexture, SRGBColorSpace } from 'three';

export type HelperIcon = 'camera' | 'sun' | 'bulb' | 'area' | 'sky';

/** Strokes on a 24 × 24 field, after Lucide's icons (ISC licence). */
const STROKES: Record<HelperIcon, string> = {
  camera:
    'm16 13 5.223 3.482a.5.5 0 0 0 .777-.416V7.87a.5.5 0 0 0-.752-.432L16 10.5M4 6h10a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2z',
  sun: 'M8 12a4 4 0 1 0 8 0a4 4 0 1 0-8 0M12 2v2M12 20v2M4.93 4.93l1.41 1.41M17.66 17.66l1.41 1.41M2 12h2M20 12h2M6.34 17.66l-1.41 1.41M19.07 4.93l-1.41 1.41',
  bulb: 'M15 14c.2-1 .7-1.7 1.5-2.5 1-.9 1.5-2.2 1.5-3.5A6 6 0 0 0 6 8c0 1 .2 2.2 1.5 3.5.7.7 1.3 1.5 1.5 2.5M9 18h6M10 22h4',
  area: 'M5 5h14v14H5zM9 9h6v6H9z',
  sky: 'M12 2v8M4.93 10.93l1.41 1.41M2 18h2M20 18h2M19.07 10.93l-1.41 1.41M22 22H2M16 18a4 4 0 0 0-8 0',
};

const SIZE = 96;

export const iconOfLight = (type: LightType): HelperIcon => {
  switch (type) {
    case 'directional':
      return 'sun';
    case 'point':
    case 'spot':
      return 'bulb';
    case 'rectArea':
      return 'area';
    case 'ambient':
    case 'hemisphere':
      return 'sky';
  }
};

/** An icon on a dark disc, for a sprite. */
export function iconTexture(icon: HelperIcon, color: string): CanvasTexture {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIZE;
  const context = canvas.getContext('2d');
  if (context !== null) {
    context.fillStyle = 'rgba(22, 23, 27, 0.78)';
    context.beginPath();
    context.arc(SIZE / 2, SIZE / 2, SIZE / 2 - 2, 0, 2 * Math.PI);
    context.fill();
    context.translate(SIZE * 0.23, SIZE * 0.23);
    context.scale((SIZE * 0.54) / 24, (SIZE * 0.54) / 24);
    context.strokeStyle = color;
    context.lineWidth = 2;
    context.lineCap = 'round';
    context.lineJoin = 'round';
    context.stroke(new Path2D(STROKES[icon]));
  }
  const texture = new CanvasTexture(canvas);
  texture.colorSpace = SRGBColorSpace;
  return texture;
}
