// npm run build: everything that `node server/dist/main.js` needs, from a fresh clone.
import { build } from './lib/build.mjs';
import { exitWith } from './lib/failure.mjs';
import { requireNodeVersion } from './lib/node-version.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';

await exitWith(async () => {
  requireNodeVersion();
  await ensureNpmPackages();
  await build();
  return 0;
});
