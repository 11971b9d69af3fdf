import { describe, expect, it } from 'vitest';

import { relativeTime } from './words.js';

const NOW = Date.parse('2026-05-01T12:00:00Z');
const ago = (seconds: number) => relativeTime(NOW - seconds * 1000, NOW);

describe('times in words', () => {
  it('EDT-39: are relative, in the largest unit that fits', () => {
    expect(ago(0)).toBe('just now');
    expect(ago(59)).toBe('just now');
    expect(ago(60)).toBe('1 minute ago');
    expect(ago(59 * 60 + 59)).toBe('1 hour ago');
    expect(ago(2 * 3600)).toBe('2 hours ago');
    expect(ago(24 * 3600)).toBe('1 day ago');
    expect(ago(8 * 24 * 3600)).toBe('8 days ago');
    expect(ago(400 * 24 * 3600)).toBe('1 year ago');
    expect(ago(-7 * 24 * 3600)).toBe('in 7 days');
    expect(ago(-45 * 24 * 3600)).toBe('in 1 month');
    expect(ago(-3)).toBe('in less than a minute');
  });
});
