import type { Figure } from '../scenarios/scenario.js';

const THOUSANDS = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Three significant digits, and no more than the unit deserves. */
function number(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return THOUSANDS.format(value);
  return String(Number(value.toPrecision(size < 1 ? 2 : 3)));
}

/** A figure as the table shows it. */
export function formatFigure(value: number, { unit }: Pick<Figure, 'unit'>): string {
  if (Number.isNaN(value)) return '–';
  switch (unit) {
    case 'yes':
      return value >= 1 ? 'yes' : '**no**';
    case 'B':
      if (Math.abs(value) >= 1e6) return `${number(value / 1e6)} MB`;
      return Math.abs(value) >= 1e4 ? `${number(value / 1e3)} kB` : `${THOUSANDS.format(value)} B`;
    case '/s':
      return value >= 1e5 ? `${Number((value / 1e6).toPrecision(3))} M/s` : `${number(value)}/s`;
    case '':
      return number(value);
    default:
      return `${number(value)} ${unit}`;
  }
}

/** How a value compares with the one that ratios are taken of: ` (2.1×)`; nothing where that says nothing. */
export function formatRatio(value: number, base: number, { unit }: Pick<Figure, 'unit'>): string {
  const ratio = value / base;
  if (unit === 'yes' || unit === '' || !Number.isFinite(ratio) || ratio < 0 || base === 0) return '';
  return ` (${ratio >= 100 ? THOUSANDS.format(ratio) : Number(ratio.toPrecision(2))}×)`;
}
