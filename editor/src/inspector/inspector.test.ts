import { describe, expect, it } from 'vitest';

import { hexOfLinear, linearOfHex } from './color-space.js';
import { quatOfDegrees, shownDegrees } from './euler.js';
import { formatNumber } from './number-field.js';

describe('inspector', () => {
  it('EDT-9: shows linear colours as sRGB hex and back, for every byte', () => {
    expect(hexOfLinear([0, 0.2158605, 1])).toBe('#0080ff');
    expect(hexOfLinear([7, -1, 0])).toBe('#ff0000');
    for (let byte = 0; byte < 256; byte++) {
      const hex = `#${byte.toString(16).padStart(2, '0').repeat(3)}`;
      expect(hexOfLinear(linearOfHex(hex)!)).toBe(hex);
    }
    expect(linearOfHex('#f00')).toEqual([1, 0, 0]);
    expect(linearOfHex('#f0')).toBeNull();
  });

  it('EDT-9: keeps showing the degrees that were typed, not others that mean the same rotation', () => {
    const typed = [0, 120, 0] as [number, number, number];
    const quat = quatOfDegrees(typed);
    expect(shownDegrees(quat, null).map(formatNumber)).toEqual(['-180', '60', '-180']);
    expect(shownDegrees(quat, typed)).toBe(typed);
    expect(shownDegrees(quatOfDegrees([10, 0, 0]), typed).map(formatNumber)).toEqual(['10', '0', '0']);
  });

  it('EDT-9: shows numbers without noise', () => {
    expect(formatNumber(0.1 + 0.2)).toBe('0.3');
    expect(formatNumber(-0.00001)).toBe('0');
    expect(formatNumber(1234.5678)).toBe('1234.6');
  });
});
