import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { Failure } from './failure.mjs';
import { ROOT } from './paths.mjs';
import { step } from './progress.mjs';
import { run } from './run.mjs';

const PACKAGES = ['shared', 'client-sdk', 'server', 'render-worker', 'editor'];

/** What a build is made from, beside the packages themselves. */
const ROOT_INPUTS = ['package-lock.json', 'tsconfig.json', 'tsconfig.base.json'];

/** Folders of a package that a build writes or does not read. */
const NOT_INPUTS = new Set(['dist', 'dist-types', 'node_modules']);
const TEST_FILE = /\.test\.tsx?$/;

/** What every build writes: one that somebody made by hand, or deleted in part, shows in their times. */
const OUTPUTS = [
  'shared/dist/.tsbuildinfo',
  'client-sdk/dist/.tsbuildinfo',
  'server/dist/.tsbuildinfo',
  'server/dist/main.js',
  'render-worker/dist/.tsbuildinfo',
  'editor/dist/index.html',
];

const STAMP = join(ROOT, 'dist/build-stamp');

/**
 * Compiles all packages and bundles the editor. Compiling is incremental: without a change it takes seconds.
 *
 * @throws Failure after the messages of the compiler
 */
export async function build() {
  // Taken before: a source that changes during the build must make this build stale.
  const sources = sourcesFingerprint();
  await buildStep('Compiling TypeScript', 'tsc', ['-b']);
  await buildStep('Bundling the editor', 'vite', ['build', 'editor', '--logLevel', 'warn']);
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, `${sources}\n${outputTimes()}\n`);
}

/** Whether the last build was made from the sources as they are now. Reads all of them: about 50 ms. */
export function isBuilt() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === `${sourcesFingerprint()}\n${outputTimes()}\n`;
}

async function buildStep(title, tool, args) {
  const code = await step(title, () => run(join('node_modules/.bin', tool), args));
  if (code !== 0) throw new Failure(`${title} failed; the messages are above.`);
}

/** Hash of contents rather than times: git gives every file a new time when it switches branches. */
function sourcesFingerprint() {
  const hash = createHash('sha256');
  for (const path of [...ROOT_INPUTS, ...PACKAGES.flatMap(inputsIn)]) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(ROOT, path)))
      .update('\0');
  }
  return hash.digest('hex');
}

function inputsIn(folder) {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true });
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return NOT_INPUTS.has(entry.name) ? [] : inputsIn(path);
      return TEST_FILE.test(entry.name) ? [] : [path];
    });
}

function outputTimes() {
  return OUTPUTS.map((path) => statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? 'none').join(
    ' ',
  );
}
