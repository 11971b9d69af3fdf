// npm start: from a fresh clone to a running Diorama. What is there already is neither installed nor built again.
import { build, isBuilt } from './lib/build.mjs';
import { exitWith } from './lib/failure.mjs';
import { requireNodeVersion } from './lib/node-version.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { runServer } from './lib/server.mjs';
import { ensureSystemPackages, RENDERING, reportMissingPackages } from './lib/system-packages.mjs';

await exitWith(async () => {
  requireNodeVersion();
  await ensureNpmPackages();
  if (isBuilt()) {
    // Where the package manager could not help the first time, asking it again would only delay every start.
    reportMissingPackages([RENDERING]);
  } else {
    await ensureSystemPackages([RENDERING]);
    await build();
  }
  return runServer();
});
