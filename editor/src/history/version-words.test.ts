import { describe, expect, it } from 'vitest';

import { exactTime } from '../time/words.js';
import { countsInWords, keysInWords, restoreLabel } from './version-words.js';

describe('what has changed, in words', () => {
  it('EDT-37: counts leave out what is zero', () => {
    expect(countsInWords({ added: 1, changed: 0, removed: 2 })).toBe('1 item added, 2 removed');
    expect(countsInWords({ added: 0, changed: 3, removed: 0 })).toBe('3 items changed');
    expect(countsInWords({ added: 0, changed: 0, removed: 0 })).toBe('');
  });

  it('EDT-37: keys of the document are told as people know them, each once', () => {
    expect(keysInWords(['pose', 'castShadow', 'receiveShadow', 'name', 'constructor'])).toBe(
      'placement, shadow, name, constructor',
    );
  });

  it('EDT-42: a restore is told by the name of its version, or else by its time', () => {
    expect(restoreLabel('Restored First draft')).toBe('Restored “First draft”');
    const at = '2026-05-01T12:00:00.000Z';
    expect(restoreLabel(`Restored the version of ${at}`)).toBe(
      `Restored the version of ${exactTime(Date.parse(at))}`,
    );
    expect(restoreLabel('Something else')).toBe('Something else');
  });
});
