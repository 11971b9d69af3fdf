import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { Failure } from './failure.mjs';
import { ROOT } from './paths.mjs';
import { step } from './progress.mjs';
import { run } from './run.mjs';
import { BUILD_TOOLS, ensureSystemPackages } from './system-packages.mjs';

const LOCK = join(ROOT, 'package-lock.json');
/** npm's own record of what is in node_modules; it writes this last, so half an install has none. */
const INSTALLED = join(ROOT, 'node_modules/.package-lock.json');
/** The Node ABI that node_modules was compiled for: `gl` is a native addon. */
const ABI_STAMP = join(ROOT, 'node_modules/.diorama-node-abi');

/** Installs the npm packages of package-lock.json unless exactly those are there. Throws a `Failure` if it cannot. */
export async function ensureNpmPackages() {
  if (!isInstalled()) await install();
  writeFileSync(ABI_STAMP, process.versions.modules);
}

function isInstalled() {
  if (!existsSync(INSTALLED)) return false;
  if (existsSync(ABI_STAMP) && readFileSync(ABI_STAMP, 'utf8') !== process.versions.modules) return false;
  const wanted = packagesIn(LOCK);
  const present = packagesIn(INSTALLED);
  // Optional packages are those of other platforms: npm leaves them out.
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' ||
      (optional && !(path in present)) ||
      (present[path]?.version === version && existsSync(join(ROOT, path))),
  );
}

function packagesIn(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

async function install() {
  await ensureSystemPackages([BUILD_TOOLS]);
  // Warnings at this point are deprecations deep in the dependencies of tools: nothing that the reader can act on.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const code = await step('Installing npm packages (first time: about a minute)', () =>
    run('npm', args, { env: nodeHeadersEnv() }),
  );
  if (code !== 0) {
    throw new Failure(
      '`npm ci` failed; its messages are above. It needs the npm registry, and python3, make and g++ to compile\n' +
        `the addon that draws pictures. On Debian and Ubuntu: ${BUILD_TOOLS.command}`,
    );
  }
}

/**
 * Lets node-gyp use the C++ headers that came with this Node, where they did, rather than download them.
 *
 * @returns {Record<string, string>}
 */
function nodeHeadersEnv() {
  const prefix = dirname(dirname(process.execPath));
  const versionHeader = join(prefix, 'include/node/node_version.h');
  if (!existsSync(versionHeader)) return {};
  const header = readFileSync(versionHeader, 'utf8');
  const version = ['MAJOR', 'MINOR', 'PATCH'].map(
    (part) => new RegExp(`#define NODE_${part}_VERSION (\\d+)`).exec(header)?.[1],
  );
  return version.join('.') === process.versions.node ? { npm_package_config_node_gyp_nodedir: prefix } : {};
}
