import { describe, expect, it } from 'vitest';
import type { Scenario } from '../scenarios/scenario.js';
import { formatFigure, formatRatio } from './format.js';
import { combined, replaceSection, tableOf } from './results.js';

describe('the table of a scenario', () => {
  const scenario: Scenario = {
    name: 'one',
    title: 'One',
    note: '',
    servers: [],
    figures: [
      { key: 'p99', label: 'p99', unit: 'ms', target: '< 15 ms' },
      { key: 'ack', label: 'saved', unit: 'ms' },
      { key: 'ok', label: 'converged', unit: 'yes' },
    ],
    measure: () => Promise.reject(new Error('not measured')),
  };
  const rounds = new Map([
    ['relay', [{ p99: 5, ok: 1 }]],
    [
      'diorama-pglite',
      [
        { p99: 9, ok: 1 },
        { p99: 11, ok: 0 },
        { p99: 10, ok: 1 },
      ],
    ],
  ]);

  it('has medians, the worst of what is yes or no, ratios to ours, and no rows without figures', () => {
    expect(tableOf(scenario, rounds)).toBe(
      [
        '|  | relay | diorama-pglite | bar |',
        '| --- | --- | --- | --- |',
        '| p99 | 5 ms (0.5×) | 10 ms | < 15 ms |',
        '| converged | yes | **no** |  |',
      ].join('\n'),
    );
    expect(combined({ key: 'none', label: '', unit: 'ms' }, [{ p99: 1 }])).toBeNaN();
  });

  it('formats figures as people read them', () => {
    expect(formatFigure(1_234_567, { unit: '/s' })).toBe('1.23 M/s');
    expect(formatFigure(12_345, { unit: 'B' })).toBe('12.3 kB');
    expect(formatFigure(0.5, { unit: 'ms' })).toBe('0.5 ms');
    expect(formatFigure(NaN, { unit: 'ms' })).toBe('–');
    expect(formatRatio(3, 0, { unit: 'ms' })).toBe('');
  });
});

describe('replaceSection', () => {
  it('replaces the section of its name alone, and appends one that is new', () => {
    const text = replaceSection(replaceSection('# Results\n', 'a', 'first'), 'b', 'second');
    const again = replaceSection(text, 'a', 'third');
    expect(again).not.toContain('first');
    expect(again.indexOf('third')).toBeLessThan(again.indexOf('second'));
    expect(again.match(/end of/g)?.length).toBe(2);
  });
});
