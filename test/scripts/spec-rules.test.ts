import { describe, expect, it } from 'vitest';

import { compareSpecWithTests } from '../../scripts/lib/spec-rules.mjs';
import { titlesIn } from '../../scripts/lib/test-titles.mjs';

// Assembled from halves, because the check itself reads the titles and strings of this file.
const rule = (number: number): string => `ABC${'-'}${number}`;
const spec = (...rules: string[]): string => rules.map((id) => `- **${id}** It holds.\n`).join('');
const problems = (specText: string, ...titles: string[]): string[] =>
  compareSpecWithTests(
    specText,
    titles.map((title) => ({ title, place: 'a.test.ts:1' })),
  ).problems;

describe('the check of docs/SPEC.md', () => {
  it('is content when each rule has a test and each id a rule', () => {
    expect(problems(spec(rule(1), rule(2)), `${rule(1)}, ${rule(2)}: both hold`)).toEqual([]);
  });

  it('names a rule that no test carries', () => {
    expect(problems(spec(rule(1)), 'it holds')).toEqual([expect.stringContaining(rule(1))]);
  });

  it('names a test whose rule is not listed, and where it stands', () => {
    const found = problems(spec(rule(1)), `${rule(1)}: it holds`, `${rule(2)}: it holds`);
    expect(found).toEqual([expect.stringMatching(/^a\.test\.ts:1: .*-2/)]);
  });

  it('names a rule that is listed twice', () => {
    expect(problems(spec(rule(1), rule(1)), `${rule(1)}: it holds`)).toHaveLength(1);
  });

  it('takes names of algorithms and standards for what they are', () => {
    expect(problems(spec(rule(1)), `${rule(1)}: hashes with SHA-256 as RFC-6234 says`)).toEqual([]);
  });
});

describe('titles of tests', () => {
  const quote = "'";
  const call = (start: string): string => `${start}(${quote}a title${quote}, () => {});`;

  it.each(['it', 'test', 'describe', 'it.only', 'it.each([[1, (2)]])', 'it.concurrent.for(table())'])(
    'are found in calls of %s',
    (start) => {
      expect(titlesIn(call(start)).map(({ title }) => title)).toEqual(['a title']);
    },
  );

  it.each(['it.skip', 'test.todo', 'regex.test', 'submit'])('are not found in calls of %s', (start) => {
    expect(titlesIn(call(start))).toEqual([]);
  });

  it('come with their line', () => {
    expect(titlesIn(`\n\n${call('it')}`)).toEqual([{ title: 'a title', line: 3 }]);
  });
});
