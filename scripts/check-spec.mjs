// Every rule of docs/SPEC.md has a test, and every rule that a test names is in docs/SPEC.md.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { exitWith } from './lib/failure.mjs';
import { ROOT } from './lib/paths.mjs';
import { say } from './lib/progress.mjs';
import { compareSpecWithTests } from './lib/spec-rules.mjs';
import { testTitles } from './lib/test-titles.mjs';

await exitWith(async () => {
  const spec = readFileSync(join(ROOT, 'docs/SPEC.md'), 'utf8');
  const { rules, problems } = compareSpecWithTests(spec, testTitles());
  for (const problem of problems) say(problem);
  if (problems.length === 0) say(`docs/SPEC.md: each of ${rules.length} rules has a test.`);
  return problems.length === 0 ? 0 : 1;
});
