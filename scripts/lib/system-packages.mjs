import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { say, step } from './progress.mjs';
import { run } from './run.mjs';

/** Something that Diorama uses from the operating system, in packages as Debian and Ubuntu name them. */
class SystemNeed {
  /**
   * @param {string} purpose what does not work without it, to follow "needed for"
   * @param {Record<string, () => boolean>} packages package name → whether what is used of it is there, read from
   *   the thing itself, since it may well have come without the package manager
   */
  constructor(purpose, packages) {
    this.purpose = purpose;
    this.packages = packages;
  }

  /** Names of the packages that are not there. Elsewhere than on Linux the system brings its own. */
  missing() {
    if (process.platform !== 'linux') return [];
    return Object.keys(this.packages).filter((name) => !this.packages[name]());
  }

  /** The command that installs all of it on Debian and Ubuntu. */
  get command() {
    return installCommand(Object.keys(this.packages));
  }
}

/** Compiles the native addon `gl` while npm installs it. */
export const BUILD_TOOLS = new SystemNeed('compiling the addon that draws pictures', {
  python3: () => isOnPath('python3') || isOnPath('python'),
  make: () => isOnPath('make'),
  'g++': () => isOnPath('g++') || isOnPath('c++') || isOnPath('clang++'),
});

/** `gl` opens an X display, which Xvfb provides, and draws through Mesa's software driver. */
export const RENDERING = new SystemNeed('rendering', {
  xvfb: () => isOnPath('Xvfb'),
  libgl1: () => hasLibrary('libGL.so.1'),
  'libgl1-mesa-dri': () => hasMesaDriver(),
  'libglx-mesa0': () => hasLibrary('libGLX_mesa.so.0'),
});

/** Servers hear each other through it: the tests of several servers start their own. */
export const REDIS = new SystemNeed('the tests of several servers', {
  'redis-server': () => isOnPath('redis-server'),
});

/** Playwright's tests drive it. */
export const BROWSER = new SystemNeed('the browser tests', {
  chromium: () => existsSync(process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'),
});

/**
 * Installs what is missing where that needs no question (root on Debian or Ubuntu), and reports what is missing
 * still.
 *
 * @param {SystemNeed[]} needs
 */
export async function ensureSystemPackages(needs) {
  const missing = needs.flatMap((need) => need.missing());
  if (missing.length > 0 && canInstall()) {
    await step(`Installing system packages: ${missing.join(' ')}`, () => install(missing));
  }
  reportMissingPackages(needs);
}

/**
 * Prints the command that installs what is missing, and goes on: everything but the purpose of a need works
 * without it.
 *
 * @param {SystemNeed[]} needs
 */
export function reportMissingPackages(needs) {
  for (const need of needs) {
    const missing = need.missing();
    if (missing.length === 0) continue;
    say(`! Missing, and needed for ${need.purpose}: ${missing.join(' ')}. On Debian and Ubuntu:`);
    say(`    ${installCommand(missing)}`);
  }
}

function canInstall() {
  return process.getuid?.() === 0 && isOnPath('apt-get');
}

async function install(packages) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  // One broken source among several fails the update, yet the packages may come from another: let install decide.
  await run('apt-get', ['update', '-q'], { env });
  const options = ['-yq', '--no-install-recommends', '-oDPkg::Lock::Timeout=120', '-oDpkg::Use-Pty=0'];
  await run('apt-get', ['install', ...options, ...packages], { env });
}

function installCommand(packages) {
  return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

function isOnPath(program) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => existsSync(join(folder, program)));
}

function hasLibrary(soname) {
  // By its full path: /sbin is not on an ordinary user's PATH.
  const { stdout } = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' });
  return (stdout ?? '').includes(`\t${soname} `);
}

/** Mesa's software rasterizer is `swrast_dri.so` in a `dri` folder; from Mesa 24.2 on a front for libgallium. */
function hasMesaDriver() {
  const libraryFolders = ['/usr/lib', '/usr/lib64', ...subfolders('/usr/lib')];
  return libraryFolders.some((folder) => existsSync(join(folder, 'dri/swrast_dri.so')));
}

function subfolders(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [join(folder, entry.name)] : [],
  );
}
