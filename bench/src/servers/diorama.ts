import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestPostgres } from '../../../test/support/postgres.js';
import { startServer, type ServerProcess } from '../../../test/support/server-process.js';
import type { Target } from '../load/target.js';
import { pin, SERVER_CORE } from './pin.js';
import type { RunningServer, StartOptions } from './servers.js';

/** Diorama as `npm start` runs it, without the demo scene and without render workers. */
export async function startDiorama(
  name: string,
  postgres: TestPostgres | undefined,
  options: StartOptions,
): Promise<RunningServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'diorama-bench-'));
  const database = await postgres?.createDatabase();
  const env = {
    DEMO: 'false',
    RENDER_WORKERS: '0',
    LOG_LEVEL: 'warn',
    ...(database === undefined ? {} : { DATABASE_URL: database }),
    ...(options.inspect === true ? { NODE_OPTIONS: '--inspect=127.0.0.1:0' } : {}),
    ...options.env,
  };
  let server: ServerProcess;
  const start = async (): Promise<void> => {
    server = await startServer({ dataDir, env });
    pin(server.pid, SERVER_CORE);
  };
  const stop = async (): Promise<void> => void (await server.stop());
  await start();
  return {
    get target(): Target {
      const { url, token, pid } = server;
      const databasePids = postgres === undefined ? [] : [postgres.pid];
      return {
        name,
        dialect: 'y-websocket',
        isDiorama: true,
        url,
        token,
        serverPid: pid,
        databasePids,
        pids: [pid, ...databasePids],
      };
    },
    logs: () => server.logs(),
    start,
    async restart() {
      await stop();
      await start();
    },
    kill: async () => void (await server.kill('SIGKILL')),
    async stop() {
      await stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
