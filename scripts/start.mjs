// npm start: from a fresh clone to a running Diorama. What is there already is neither installed nor built again.
// package.json calls this with `exec`: a shell in between would take npm's signals and end before the server has.
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
