import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Failure } from './failure.mjs';
import { ROOT } from './paths.mjs';

/** Throws a `Failure` if this Node is older than `engines.node` of package.json (`>=MAJOR.MINOR`) allows. */
export function requireNodeVersion() {
  const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const needed = engines.node.replace('>=', '');
  const [neededMajor, neededMinor] = needed.split('.').map(Number);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return;
  throw new Failure(
    `Diorama needs Node ${needed} or newer; this is Node ${process.versions.node} (${process.execPath}).\n` +
      'Install a newer one from https://nodejs.org and run the command again.',
  );
}
