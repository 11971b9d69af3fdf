import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyDatabaseTemplate } from '../support/database-template.js';
import { processesOf } from '../support/processes.js';

// The part of `npm start` after installing and building: the tests run in parallel, on the one build.
const LAUNCH = `
  const { runServer } = await import(${JSON.stringify(new URL('../../scripts/lib/server.mjs', import.meta.url))});
  process.exitCode = await runServer();
`;

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'diorama-test-'));
  copyDatabaseTemplate(join(dataDir, 'database'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

async function launch() {
  const launcher = spawn(process.execPath, ['--input-type=module', '--eval', LAUNCH], {
    env: { ...process.env, HOST: '127.0.0.1', PORT: '0', DIORAMA_DATA_DIR: dataDir, DEMO: 'false' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(launcher, 'exit');
  for await (const line of createInterface({ input: launcher.stdout })) {
    if (line.startsWith('Diorama is ready: ')) return { launcher, exited };
  }
  throw new Error('the launcher ended before the server was ready');
}

describe('npm start', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('OPS-7: ends cleanly on %s', async (signal) => {
    const { launcher, exited } = await launch();
    launcher.kill(signal);
    expect(await exited).toEqual([0, null]);
    expect(await processesOf(dataDir)).toEqual([]);
  });

  it('OPS-7: ends cleanly when launcher and server get the signal at once, as from a terminal', async () => {
    const { launcher, exited } = await launch();
    const processes = await processesOf(dataDir);
    for (const pid of processes) process.kill(Number(pid), 'SIGINT');
    launcher.kill('SIGINT');
    expect(await exited).toEqual([0, null]);
    expect(await processesOf(dataDir)).toEqual([]);
  });

  it('OPS-7: takes the server with it when it is killed', async () => {
    const { launcher, exited } = await launch();
    launcher.kill('SIGKILL');
    await exited;
    await expect.poll(() => processesOf(dataDir), { timeout: 20_000 }).toEqual([]);
  });
});
