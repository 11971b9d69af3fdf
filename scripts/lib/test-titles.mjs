import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from './paths.mjs';

const FOLDERS = ['shared/src', 'client-sdk/src', 'server/src', 'render-worker/src', 'editor/src', 'test'];

/**
 * The opening of a test or group up to its title: `it('…'`, `test.only("…"`, describe(`…`, and the second call of
 * `it.each(table)('…'`. What is skipped or still to do is no test.
 */
const TITLE =
  /(?:(?<![.\w])(?:it|test|describe)(?:\.(?!skip|todo)\w+)*|\))\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g;

/**
 * Titles of all tests, with the place of each as `path:line`. Reads all TypeScript files, since contract suites
 * live in files of their own beside the `*.test.ts` that run them.
 *
 * @returns {{ title: string, place: string }[]}
 */
export function testTitles() {
  return FOLDERS.flatMap(typescriptFilesIn).flatMap((path) =>
    titlesIn(readFileSync(join(ROOT, path), 'utf8')).map(({ title, line }) => ({
      title,
      place: `${path}:${line}`,
    })),
  );
}

/**
 * Titles in the source of one file.
 *
 * @param {string} source
 * @returns {{ title: string, line: number }[]}
 */
export function titlesIn(source) {
  return [...source.matchAll(TITLE)].map((match) => ({
    title: match[2],
    line: source.slice(0, match.index).split('\n').length,
  }));
}

function typescriptFilesIn(folder) {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `${folder}/${name}`);
}
