import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.js';

/** As Debian's package calls it; `npm test` installs it where it may. */
const PROGRAM = 'redis-server';
const INSTALL = 'sudo apt-get update && sudo apt-get install -y --no-install-recommends redis-server';
const START_TIMEOUT_MS = 15_000;

/** A Redis of our own, on a free port. */
export interface TestRedis {
  readonly url: string;
  /** Nothing is answered, and nothing is closed: as a machine that hangs. */
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
  /** Starts it again, at the same address, with nothing in it. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts Redis. Throws with the line that installs it where it is missing. */
export async function startRedis(): Promise<TestRedis> {
  const version = spawnSync(PROGRAM, ['--version'], { encoding: 'utf8' });
  if (version.status !== 0)
    throw new Error(`These tests need Redis, which is not installed. On Debian and Ubuntu:\n    ${INSTALL}`, {
      cause: version.error,
    });
  const home = await mkdtemp(join(tmpdir(), 'diorama-redis-'));
  const port = await freePort();
  let child = await launch(port, home);

  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    kill,
    async restart() {
      await kill();
      child = await launch(port, home);
    },
    async stop() {
      await kill();
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function launch(port: number, home: string): Promise<ChildProcess> {
  const flags = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    home,
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  const child = spawn(PROGRAM, flags, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  await new Promise<void>((resolve, reject) => {
    const give = (reason: string): void => reject(new Error(`Redis did not start: ${reason}\n${output}`));
    const timer = setTimeout(() => give(`silent for ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS);
    child.once('exit', (code) => give(`exit code ${code}`));
    child.once('error', (error) => give(error.message));
    child.stdout.on('data', () => {
      if (!output.includes('Ready to accept connections')) return;
      clearTimeout(timer);
      resolve();
    });
  });
  await accepts(port);
  return child;
}

async function accepts(port: number): Promise<void> {
  const socket = createConnection(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
}
