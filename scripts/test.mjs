// npm test: sets up what the tests need, runs all of them, and ends with the line `N passed, N failed`.
// npm test -- --only unit --only lint: runs these parts alone; the parts are the keys of TESTS below.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect, parseArgs } from 'node:util';

import { build } from './lib/build.mjs';
import { exitWith, Failure } from './lib/failure.mjs';
import { requireNodeVersion } from './lib/node-version.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { say, step } from './lib/progress.mjs';
import { run } from './lib/run.mjs';
import { BROWSER, ensureSystemPackages, REDIS, RENDERING } from './lib/system-packages.mjs';
import { countCheck, countPlaywright, countVitest } from './lib/test-report.mjs';

/** A runner that takes longer hangs: it is ended, and counts as failed. Each needs minutes on two free cores. */
const RUNNER_TIMEOUT_MS = 35 * 60_000;

const reports = mkdtempSync(join(tmpdir(), 'diorama-test-reports-'));

/**
 * The parts of a test run, in order.
 *
 * @type {Record<string, { title: string, count: () => Promise<import('./lib/test-report.mjs').Counts> }>}
 */
const TESTS = {
  types: { title: 'Checking the types of tests and scripts', count: checkTypes },
  lint: { title: 'Linting', count: async () => countCheck(await tool('eslint', ['.'])) },
  format: { title: 'Checking the format', count: checkFormat },
  spec: { title: 'Checking that every rule of docs/SPEC.md has a test', count: checkSpec },
  unit: { title: 'Running unit, property and integration tests', count: runVitest },
  e2e: { title: 'Running browser tests', count: runPlaywright },
};

await exitWith(main);

async function main() {
  try {
    const parts = chosenParts();
    await setUp();
    const total = await runAll(parts);
    say(`\n${total.passed} passed, ${total.failed} failed`);
    return total.failed === 0 ? 0 : 1;
  } catch (error) {
    say(`\n${error instanceof Failure ? error.message : inspect(error)}\n\n0 passed, 1 failed`);
    return 1;
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
}

function chosenParts() {
  const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
  const parts = values.only ?? Object.keys(TESTS);
  const unknown = parts.filter((part) => !(part in TESTS));
  if (unknown.length > 0) {
    throw new Failure(`There is no part "${unknown[0]}"; the parts are ${Object.keys(TESTS).join(', ')}.`);
  }
  return parts;
}

/** Tests of anything but a complete build would only repeat the compiler's messages: a failure here ends the run. */
async function setUp() {
  requireNodeVersion();
  await ensureSystemPackages([RENDERING, BROWSER, REDIS]);
  await ensureNpmPackages();
  await build();
}

async function runAll(parts) {
  const counts = await countAll(parts);
  const total = { passed: 0, failed: 0 };
  const summary = [];
  for (const part of parts) {
    const { passed, failed } = counts[part];
    total.passed += passed;
    total.failed += failed;
    summary.push(`  ${part.padEnd(8)} ${passed} passed, ${failed} failed`);
  }
  say(`\n${summary.join('\n')}`);
  return total;
}

/** In order, but for the linter: it uses one thread for as long as the other checks together, beside which it runs. */
async function countAll(parts) {
  /** @type {Record<string, import('./lib/test-report.mjs').Counts>} */
  const counts = {};
  const inTurn = async (some) => {
    for (const part of some) counts[part] = await step(TESTS[part].title, TESTS[part].count);
  };
  const chosen = (...some) => parts.filter((part) => some.includes(part));
  await Promise.all([inTurn(chosen('lint')), inTurn(chosen('types', 'format', 'spec'))]);
  await inTurn(chosen('unit', 'e2e'));
  return counts;
}

async function checkTypes() {
  const tests = await tool('tsc', ['-p', 'tsconfig.tests.json']);
  const scripts = await tool('tsc', ['-p', 'scripts']);
  return countCheck(tests || scripts);
}

async function checkFormat() {
  return countCheck(await tool('prettier', ['--check', '--log-level', 'warn', '.']));
}

async function checkSpec() {
  return countCheck(await run(process.execPath, ['scripts/check-spec.mjs']));
}

async function runVitest() {
  const report = join(reports, 'vitest.json');
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return countVitest(report, await tool('vitest', args, { timeoutMs: RUNNER_TIMEOUT_MS }));
}

async function runPlaywright() {
  const report = join(reports, 'playwright.json');
  const env = { PLAYWRIGHT_JSON_OUTPUT_FILE: report };
  const args = ['test', '--reporter=list,json'];
  return countPlaywright(report, await tool('playwright', args, { env, timeoutMs: RUNNER_TIMEOUT_MS }));
}

/** Runs a command-line tool of node_modules. */
function tool(name, args, options) {
  return run(join('node_modules/.bin', name), args, options);
}
