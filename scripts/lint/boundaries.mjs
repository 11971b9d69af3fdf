import { builtinModules } from 'node:module';
import { posix } from 'node:path';

/** What each package may import of ours: the table of packages in the design. */
const MAY_IMPORT = {
  shared: [],
  'client-sdk': ['shared'],
  server: ['shared'],
  'render-worker': ['shared'],
  editor: ['client-sdk', 'shared'],
};

/** Packages that run in browsers, with the one folder of each that is for Node alone. */
const BROWSER_PACKAGES = ['shared', 'client-sdk', 'editor'];
const NODE_ONLY = /^client-sdk\/src\/node\//;

/** Wires the server: only there may both a port's adapter and the configuration be known. */
const MAIN = 'server/src/main.ts';
const COMPOSITION = 'server/src/composition/';
const CONFIGURATION = 'server/src/config.ts';
const ADAPTERS = 'server/src/adapters/';

/** Names of Node's own modules, which may be written without `node:`. */
const BUILTINS = new Set(builtinModules);

/**
 * Says what is wrong with an import, if anything.
 *
 * Tests may import what they like inside their package, from `test/`, and from Node. Files outside the packages
 * (tests across packages, benchmarks, tools' configurations) may import anything.
 *
 * @param {string} file path of the importing file from the root of the checkout, such as `server/src/rooms/room.ts`
 * @param {string} specifier what it imports, such as `../log/log.js` or `@diorama/shared`
 * @returns {string | undefined} the broken rule in one sentence
 */
export function boundaryProblem(file, specifier) {
  const from = packageOf(file);
  if (!(from in MAY_IMPORT) || !file.startsWith(`${from}/src/`)) return undefined;
  const isTest = /\.test\.tsx?$/.test(file);

  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(file), specifier).replace(/\.js(x?)$/, '.ts$1');
    return packageOf(target) === from || (isTest && packageOf(target) === 'test')
      ? problemInside(file, target, isTest)
      : `A relative import may not leave its package; import "@diorama/${packageOf(target)}" instead.`;
  }

  const [, ours] = /^@diorama\/([^/]+)/.exec(specifier) ?? [];
  if (ours !== undefined && !MAY_IMPORT[from].includes(ours)) {
    return `The package "${from}" may not import "${ours}" (it may import: ${MAY_IMPORT[from].join(', ') || 'nothing of ours'}).`;
  }

  const isBuiltin = specifier.startsWith('node:') || BUILTINS.has(specifier);
  if (isBuiltin && BROWSER_PACKAGES.includes(from) && !isTest && !NODE_ONLY.test(file)) {
    return `The package "${from}" runs in browsers: it may not import Node's "${specifier}".`;
  }
  return undefined;
}

function problemInside(file, target, isTest) {
  if (isTest || file === MAIN || file.startsWith(COMPOSITION)) return undefined;
  if (target.startsWith(ADAPTERS) && !file.startsWith(ADAPTERS)) {
    return 'Only composition/ may import an adapter: import the port beside the domain, and let composition/ pass the adapter in.';
  }
  if (target === MAIN || target === CONFIGURATION || target.startsWith(COMPOSITION)) {
    return 'Only main.ts and composition/ know the configuration and wire the parts: take what you need as an option.';
  }
  return undefined;
}

function packageOf(path) {
  return path.slice(0, path.indexOf('/'));
}
