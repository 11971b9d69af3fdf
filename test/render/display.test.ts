import { execFileSync, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { WORKER_ENTRY, WorkerProcess } from './worker-process.js';

/** Process ids of the children of a process, by the names of their programs. */
function childrenOf(pid: number | undefined, program: string): number[] {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid=,comm='], { encoding: 'utf8' });
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, name]) => Number(parent) === pid && name === program)
    .map(([child]) => Number(child));
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

const ended = (pid: number) =>
  vi.waitFor(() => expect(lives(pid), `process ${pid} lives`).toBe(false), { timeout: 20_000, interval: 50 });

describe('the display of a worker', () => {
  it('RND-19: ends with a worker that is told to stop', async () => {
    const worker = await WorkerProcess.start();
    await worker.hear('ready');
    const [xvfb = -1] = childrenOf(worker.child.pid, 'Xvfb');
    expect(lives(xvfb)).toBe(true);
    await worker.stop();
    await ended(xvfb);
  });

  it('RND-19: ends with a worker that is killed', async () => {
    const worker = await WorkerProcess.start();
    await worker.hear('ready');
    const [xvfb = -1] = childrenOf(worker.child.pid, 'Xvfb');
    worker.child.kill('SIGKILL');
    await worker.stop();
    await ended(xvfb);
  });

  it('RND-19: takes the worker along when it is killed, for the supervisor to start another', async () => {
    const worker = await WorkerProcess.start();
    await worker.hear('ready');
    const [xvfb = -1] = childrenOf(worker.child.pid, 'Xvfb');
    process.kill(xvfb, 'SIGKILL');
    await worker.exited;
    expect(worker.child.exitCode === 0).toBe(false);
    await worker.stop();
  });

  it('RND-19: ends with its worker when the server is killed', async () => {
    const objects = await mkdtemp(join(tmpdir(), 'diorama-render-'));
    const parent = `
      const worker = require('node:child_process').fork(${JSON.stringify(WORKER_ENTRY)}, [], {
        env: { PATH: process.env.PATH, OBJECTS_DIR: ${JSON.stringify(objects)} }, stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        detached: true, execArgv: [],
      });
      worker.on('message', ({ type }) => process.send({ type, pid: worker.pid }));`;
    // As the server does it: a process that forks the worker, in a process group of the worker's own.
    const server = fork('-e', [parent], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const { pid } = await new Promise<{ pid: number }>((resolve) => server.once('message', resolve as never));
    const [xvfb = -1] = childrenOf(pid, 'Xvfb');
    expect(lives(xvfb)).toBe(true);
    server.kill('SIGKILL');
    await ended(pid);
    await ended(xvfb);
    await rm(objects, { recursive: true, force: true });
  });

  it('RND-19: is said to be missing, with the command that installs it, where there is no Xvfb', async () => {
    const worker = await WorkerProcess.start({
      PATH: dirname(process.execPath) === '/usr/bin' ? '/nowhere' : dirname(process.execPath),
    });
    const { reason } = await worker.hear('unavailable');
    expect(reason).toMatch(/Xvfb is not installed/);
    expect(reason).toContain('apt-get install -y xvfb libgl1 libgl1-mesa-dri libglx-mesa0');
    await worker.stop();
  });
});
