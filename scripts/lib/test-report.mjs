import { existsSync, readFileSync } from 'node:fs';

import { say } from './progress.mjs';

/**
 * How many tests passed and failed.
 *
 * @typedef {{ passed: number, failed: number }} Counts
 */

/**
 * Counts of a check that either passes or fails, such as the linter.
 *
 * @param {number} exitCode
 * @returns {Counts}
 */
export function countCheck(exitCode) {
  return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/**
 * Counts of a vitest run from its JSON report. A file that did not load counts as one failed test.
 *
 * @param {string} reportPath
 * @param {number} exitCode
 * @returns {Counts}
 */
export function countVitest(reportPath, exitCode) {
  const report = readReport(reportPath);
  const files = report?.testResults ?? [];
  const unloadable = files.filter(({ status, assertionResults }) => {
    return status === 'failed' && !assertionResults.some((test) => test.status === 'failed');
  });
  return trustworthy(
    { passed: report?.numPassedTests ?? 0, failed: (report?.numFailedTests ?? 0) + unloadable.length },
    exitCode,
  );
}

/**
 * Counts of a Playwright run from its JSON report. A flaky test failed at least once: it counts as failed.
 *
 * @param {string} reportPath
 * @param {number} exitCode
 * @returns {Counts}
 */
export function countPlaywright(reportPath, exitCode) {
  const stats = readReport(reportPath)?.stats;
  return trustworthy(
    { passed: stats?.expected ?? 0, failed: (stats?.unexpected ?? 0) + (stats?.flaky ?? 0) },
    exitCode,
  );
}

/** A runner that crashed, or ran nothing, must not look like success, whatever its report says. */
function trustworthy({ passed, failed }, exitCode) {
  const looksFine = failed === 0 && (exitCode !== 0 || passed === 0);
  return looksFine ? { passed, failed: 1 } : { passed, failed };
}

/** A runner that was killed leaves no report, or half of one. */
function readReport(path) {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    say(`The report of the tests cannot be read: ${error}`);
    return undefined;
  }
}
