import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { countPlaywright, countVitest } from '../../scripts/lib/test-report.mjs';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'diorama-reports-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function report(content: unknown): Promise<string> {
  const path = join(folder, 'report.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const passedFile = { status: 'passed', assertionResults: [{ status: 'passed' }] };

describe('counting a vitest run', () => {
  it('takes the numbers of the report', async () => {
    const path = await report({ numPassedTests: 7, numFailedTests: 0, testResults: [passedFile] });
    expect(countVitest(path, 0)).toEqual({ passed: 7, failed: 0 });
  });

  it('counts a file that did not load as one failed test', async () => {
    const testResults = [passedFile, { status: 'failed', assertionResults: [] }];
    const path = await report({ numPassedTests: 7, numFailedTests: 0, testResults });
    expect(countVitest(path, 1)).toEqual({ passed: 7, failed: 1 });
  });

  it('does not believe a report without failures when the runner failed', async () => {
    const path = await report({ numPassedTests: 7, numFailedTests: 0, testResults: [passedFile] });
    expect(countVitest(path, 137)).toEqual({ passed: 7, failed: 1 });
  });

  it('fails when nothing ran', async () => {
    const path = await report({ numPassedTests: 0, numFailedTests: 0, testResults: [] });
    expect(countVitest(path, 0)).toEqual({ passed: 0, failed: 1 });
  });

  it.each([
    ['no report', undefined],
    ['half a report', '{"numPassed'],
  ])('fails on %s', async (_name, content) => {
    const path = content === undefined ? join(folder, 'missing.json') : await report(content);
    expect(countVitest(path, 0)).toEqual({ passed: 0, failed: 1 });
  });
});

describe('counting a Playwright run', () => {
  it('counts a flaky test as failed', async () => {
    const path = await report({ stats: { expected: 3, unexpected: 1, flaky: 1, skipped: 0 } });
    expect(countPlaywright(path, 1)).toEqual({ passed: 3, failed: 2 });
  });

  it('fails when the browser did not start', async () => {
    const path = await report({ stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0 }, errors: [{}] });
    expect(countPlaywright(path, 1)).toEqual({ passed: 0, failed: 1 });
  });
});
