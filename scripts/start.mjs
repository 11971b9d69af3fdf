// npm start: from a fresh clone to a running Diorama. What is there already is neither installed nor built again.
import { build, isBuilt } from './lib/build.mjs';
import { exitWith } from './lib/failure.mjs';
import { requireNodeVersion } from './lib/node-version.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { runServer } from './lib/server.mjs';
import { ensureSystemPackages, RENDERING } from './lib/system-packages.mjs';

await exitWith(async () => {
  requireNodeVersion();
  await ensureSystemPackages([RENDERING]);
  await ensureNpmPackages();
  if (!isBuilt()) await build();
  return runServer();
});
