import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { NODE_ENVIRONMENT, NODE_FLAGS } from '../../scripts/lib/node-flags.mjs';
import { copyDatabaseTemplate } from './database-template.js';

const SERVER_ENTRY = fileURLToPath(new URL('../../server/dist/main.js', import.meta.url));

/** What the server prints to stdout when it takes requests; the rest of that line is the link to open. */
const READY_PREFIX = 'Diorama is ready: ';

/** A first start creates the database and the demo scene, on a busy two-core machine. */
const READY_TIMEOUT_MS = 60_000;

/** After this the server is not shutting down, it hangs, and the test that stops it must fail. */
const STOP_TIMEOUT_MS = 20_000;

/** The only variables a server under test inherits: a developer's shell must not configure it. */
const INHERITED_VARIABLES = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'LD_LIBRARY_PATH'];

export interface StartServerOptions {
  /** Configuration of this server, over the defaults `HOST=127.0.0.1`, `PORT=0` and a temporary data directory. */
  env?: Readonly<Record<string, string>>;
  /** Data directory to use and keep; by default a new one that `stop()` deletes. */
  dataDir?: string;
  /** Lets the server create its database, as a first start does; by default it finds a copy of an empty one. */
  createsDatabase?: true;
}

/** How a server process ended: by an exit code, or by a signal. */
export interface ServerExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A real server in a process of its own. */
export interface ServerProcess {
  /** Origin without a slash at the end, such as `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly port: number;
  /** The development token (a JWT) of the printed link; empty if the server's identity is configured. */
  readonly token: string;
  /** The printed link as a person would open it, with its token and any further query. */
  readonly link: string;
  readonly pid: number;
  readonly dataDir: string;
  /** Sends a signal, such as `SIGKILL`, and resolves once the process has ended. Keeps the data directory. */
  kill(signal: NodeJS.Signals): Promise<ServerExit>;
  /**
   * Ends the server as a supervisor would (SIGTERM), and deletes the data directory if `startServer` made it.
   * May follow `kill()`. Throws if the server has not ended after 20 seconds.
   */
  stop(): Promise<ServerExit>;
  /** Everything the process has written so far to stdout and stderr. */
  logs(): string;
}

/**
 * Starts the compiled server as a child process and resolves when it takes requests.
 *
 * @throws Error with the server's output, if it ends or stays silent for 60 seconds before it is ready.
 */
export async function startServer(options: StartServerOptions = {}): Promise<ServerProcess> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'diorama-test-')));
  const database = join(dataDir, 'database');
  const usesTemplate = !options.createsDatabase && options.env?.['DATABASE_URL'] === undefined;
  if (usesTemplate && !existsSync(database)) copyDatabaseTemplate(database);
  const removeOwnDataDir = async (): Promise<void> => {
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
  };
  // The IPC channel ties the server to this process: it shuts down when a killed test runner closes it.
  const child = spawn(process.execPath, [...NODE_FLAGS, SERVER_ENTRY], {
    env: {
      ...inheritedEnv(),
      ...NODE_ENVIRONMENT,
      HOST: '127.0.0.1',
      PORT: '0',
      DIORAMA_DATA_DIR: dataDir,
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const exited = exitOf(child);
  const logs = captureOutput(child);

  const kill = async (signal: NodeJS.Signals): Promise<ServerExit> => {
    child.kill(signal);
    return exited;
  };
  const stop = async (): Promise<ServerExit> => {
    child.kill('SIGTERM');
    let overdue = false;
    const timer = setTimeout(() => {
      overdue = true;
      child.kill('SIGKILL');
    }, STOP_TIMEOUT_MS);
    const exit = await exited;
    clearTimeout(timer);
    await removeOwnDataDir();
    if (overdue)
      throw new Error(`The server ignored SIGTERM for ${STOP_TIMEOUT_MS} ms. Its output:\n${logs()}`);
    return exit;
  };

  try {
    const link = new URL(await readyLink(child, exited));
    return {
      url: link.origin,
      port: Number(link.port),
      token: link.searchParams.get('token') ?? '',
      link: link.href,
      pid: child.pid ?? -1,
      dataDir,
      kill,
      stop,
      logs,
    };
  } catch (cause) {
    await kill('SIGKILL');
    await removeOwnDataDir();
    throw new Error(`The server did not become ready. Its output:\n${logs()}`, { cause });
  }
}

function inheritedEnv(): Record<string, string> {
  return Object.fromEntries(
    INHERITED_VARIABLES.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function exitOf(child: ChildProcess): Promise<ServerExit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: child.exitCode, signal: child.signalCode }));
  });
}

function captureOutput(child: ChildProcess): () => string {
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  }
  return () => chunks.join('');
}

function readyLink(child: ChildProcess, exited: Promise<ServerExit>): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no line "${READY_PREFIX}…" within ${READY_TIMEOUT_MS} ms`)),
      READY_TIMEOUT_MS,
    );
    void exited.then(({ code, signal }) => {
      clearTimeout(timer);
      reject(new Error(`the process ended with ${signal ?? `exit code ${code}`}`));
    });
    if (!child.stdout) throw new Error('the process has no stdout');
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith(READY_PREFIX)) return;
      clearTimeout(timer);
      resolve(line.slice(READY_PREFIX.length).trim());
    });
  });
}
