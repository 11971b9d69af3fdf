import { describe, expect, it } from 'vitest';

import { colorOfName, initialsOf } from './person.js';

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
});
