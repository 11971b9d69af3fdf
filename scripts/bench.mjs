// npm run bench:realtime, npm run bench:kill, npm run bench:cluster, npm run bench:fuzz: sets up what the benchmarks need, their peers included, and runs one of them.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { build, isBuilt } from './lib/build.mjs';
import { exitWith, Failure } from './lib/failure.mjs';
import { requireNodeVersion } from './lib/node-version.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { ROOT } from './lib/paths.mjs';
import { step } from './lib/progress.mjs';
import { run } from './lib/run.mjs';

const COMMANDS = {
  realtime: 'bench/src/main.ts',
  kill: 'bench/src/kill.ts',
  cluster: 'bench/src/cluster.ts',
  fuzz: 'bench/src/fuzz.ts',
};

await exitWith(async () => {
  const [command = '', ...args] = process.argv.slice(2);
  if (!(command in COMMANDS)) throw new Failure(`There is no benchmark "${command}".`);
  requireNodeVersion();
  await ensureNpmPackages();
  if (!isBuilt()) await build();
  await ensureBenchPackages();
  const loader = join(ROOT, 'bench/node_modules/tsx/dist/loader.mjs');
  return run(process.execPath, ['--import', loader, COMMANDS[command], ...args]);
});

/** The peers are no part of the workspaces: only who measures installs them. */
async function ensureBenchPackages() {
  const installed = join(ROOT, 'bench/node_modules/.package-lock.json');
  if (existsSync(installed) && isCurrent(installed)) return;
  // Their addons come ready-made; hocuspocus asks for Node 22 and runs on 20.
  const args = ['ci', '--prefix', 'bench', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const code = await step('Installing what Diorama is compared with', () => run('npm', args));
  if (code !== 0) throw new Failure('`npm ci` in bench/ failed; its messages are above.');
}

function isCurrent(installed) {
  const packagesIn = (path) => JSON.parse(readFileSync(path, 'utf8')).packages;
  const present = packagesIn(installed);
  return Object.entries(packagesIn(join(ROOT, 'bench/package-lock.json'))).every(
    ([path, { version, optional }]) =>
      path === '' || (optional && !(path in present)) || present[path]?.version === version,
  );
}
