import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { TestPostgres } from '../../../test/support/postgres.js';
import type { Target } from '../load/target.js';
import { holdsWithin } from '../load/wait.js';
import { pin, SERVER_CORE } from './pin.js';
import type { RunningServer, StartOptions } from './servers.js';

const BENCH = fileURLToPath(new URL('../../', import.meta.url));
const START_TIMEOUT_MS = 30_000;

type PeerName = 'relay' | 'y-websocket' | 'hocuspocus' | 'hocuspocus-10ms' | 'hocuspocus-postgres';

const SCRIPTS: Record<PeerName, string> = {
  relay: 'peers/relay.mjs',
  'y-websocket': 'node_modules/@y/websocket-server/src/server.js',
  hocuspocus: 'peers/hocuspocus.mjs',
  'hocuspocus-10ms': 'peers/hocuspocus.mjs',
  'hocuspocus-postgres': 'peers/hocuspocus.mjs',
};

/** Starts one of the servers that we measure ourselves against, with its own defaults. */
export async function startPeer(
  name: PeerName,
  postgres: TestPostgres | undefined,
  options: StartOptions,
): Promise<RunningServer> {
  const database = await postgres?.createDatabase();
  const port = await freePort();
  let child: ChildProcess;
  let output = '';
  const start = async (): Promise<void> => {
    child = spawn(
      process.execPath,
      [...(options.inspect === true ? ['--inspect=127.0.0.1:0'] : []), SCRIPTS[name]],
      {
        cwd: BENCH,
        env: {
          PATH: process.env.PATH,
          HOST: '127.0.0.1',
          PORT: String(port),
          ...(database === undefined ? {} : { DATABASE_URL: database }),
          ...(name === 'hocuspocus-10ms' ? { FLUSH_DELAY_MS: '10' } : {}),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-100_000)));
    // Each prints one line when it listens.
    const ready = await holdsWithin(
      START_TIMEOUT_MS,
      () => /ready\n|running at/.test(output) || hasEnded(child),
    );
    if (!ready || hasEnded(child)) throw new Error(`${name} did not start:\n${output}`);
    pin(child.pid ?? -1, SERVER_CORE);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (hasEnded(child)) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(timer);
  };
  process.once('exit', () => child.kill('SIGKILL'));
  await start();
  return {
    get target(): Target {
      const pid = child.pid ?? -1;
      const databasePids = postgres === undefined ? [] : [postgres.pid];
      return {
        name,
        dialect: name === 'relay' ? 'relay' : name === 'y-websocket' ? 'y-websocket' : 'hocuspocus',
        isDiorama: false,
        url: `http://127.0.0.1:${port}`,
        token: '',
        serverPid: pid,
        databasePids,
        pids: [pid, ...databasePids],
      };
    },
    logs: () => output,
    start,
    async restart() {
      await end('SIGTERM');
      await start();
    },
    kill: () => end('SIGKILL'),
    // A peer that is overloaded may take minutes to end by itself, and nobody needs its data.
    stop: () => end('SIGKILL'),
  };
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
