import type { Color } from '@diorama/shared';

/** sRGB as designers write it → linear, as glTF and the scene document have it. */
export function linear(hex: string): Color {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** The colours of the demo. */
export const PALETTE = {
  sand: '#d9bb9c',
  cream: '#efe4d4',
  terracotta: '#c4613f',
  clay: '#a34a30',
  teal: '#257c7c',
  ink: '#17323a',
  blush: '#e8b9a4',
  brass: '#edbd6c',
  olive: '#8a8a4f',
  straw: '#d9b36c',
} as const;
