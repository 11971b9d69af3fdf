import { describe, expect, it } from 'vitest';

import { colorOfName, initialsOf, shownOf } from './person.js';

describe('people', () => {
  it('EDT-14: a name gives the same colour everywhere, and one or two letters', () => {
    expect(['Ada Lovelace', 'grace', 'Bob (guest)', '(??)', ''].map(initialsOf)).toEqual([
      'AL',
      'G',
      'B',
      '(',
      '?',
    ]);
    expect(colorOfName('Ada')).toBe(colorOfName('Ada'));
    expect(colorOfName('Ada')).toMatch(/^#[0-9a-f]{6}$/);
  });

  it('EDT-14: as many are shown as there is room for, and nobody is counted who could stand there', () => {
    expect([0, 1, 5, 6, 7, 40].map((count) => shownOf(count, false))).toEqual([0, 1, 5, 6, 5, 5]);
    expect([0, 1, 2, 3, 40].map((count) => shownOf(count, true))).toEqual([0, 1, 2, 1, 1]);
  });
});
