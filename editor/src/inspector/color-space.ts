import type { Color } from '@diorama/shared';

/** IEC 61966-2-1. */
const encode = (linear: number): number =>
  linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055;

const decode = (encoded: number): number =>
  encoded <= 0.04045 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4;

/** Linear RGB as `#rrggbb` in sRGB; what is brighter than white is shown as white. */
export const hexOfLinear = (color: Color): string =>
  `#${color
    .map((channel) => Math.round(255 * encode(Math.min(1, Math.max(0, channel)))))
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')}`;

/** `#rrggbb` or `#rgb` in sRGB as linear RGB; null while it is not one. */
export function linearOfHex(hex: string): Color | null {
  const short = /^#?([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(hex.trim());
  const long = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex.trim());
  const parts = short?.slice(1).map((digit) => digit + digit) ?? long?.slice(1);
  if (parts === undefined) return null;
  return parts.map((part) => Number(decode(Number.parseInt(part, 16) / 255).toFixed(6))) as Color;
}
