/** In English, as all of the editor's words are; the exact date follows the browser. */
const RELATIVE = new Intl.RelativeTimeFormat('en');
const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

const UNITS = [
  ['minute', 60],
  ['hour', 60],
  ['day', 24],
  ['month', 30.44],
  ['year', 12],
] as const;

/** `5 minutes ago`, `in 6 days`; `just now` within a minute. */
export function relativeTime(at: number, now: number): string {
  let value = (at - now) / 1000;
  if (Math.abs(value) < 60) return value <= 0 ? 'just now' : 'in less than a minute';
  let unit: Intl.RelativeTimeFormatUnit = 'second';
  for (const [next, size] of UNITS) {
    if (Math.abs(Math.round(value)) < size) break;
    value /= size;
    unit = next;
  }
  return RELATIVE.format(Math.round(value), unit);
}

export const exactTime = (at: number): string => EXACT.format(at);
