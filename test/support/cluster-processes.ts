import { startPostgres, type TestPostgres } from './postgres.js';
import { startRedis, type TestRedis } from './redis.js';
import { startServer, type ServerProcess } from './server-process.js';
import { JWT_SECRET } from './tokens.js';

/** Servers in processes of their own that share a Postgres and a Redis. */
export interface ClusterProcesses {
  readonly postgres: TestPostgres;
  readonly redis: TestRedis;
  readonly databaseUrl: string;
  /** One server more, on the same database. */
  start(env?: Readonly<Record<string, string>>): Promise<ServerProcess>;
  /** Stops what is still there. */
  stop(): Promise<void>;
}

export async function startClusterProcesses(): Promise<ClusterProcesses> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  const databaseUrl = await postgres.createDatabase();
  const servers: ServerProcess[] = [];
  return {
    postgres,
    redis,
    databaseUrl,
    async start(env = {}) {
      const server = await startServer({
        env: {
          DATABASE_URL: databaseUrl,
          REDIS_URL: redis.url,
          AUTH_JWT_SECRET: JWT_SECRET,
          RENDER_WORKERS: '0',
          DEMO: 'false',
          LOG_LEVEL: 'warn',
          ...env,
        },
      });
      servers.push(server);
      return server;
    },
    async stop() {
      redis.resume();
      await Promise.all(servers.map((server) => server.stop()));
      await redis.stop();
      await postgres.stop();
    },
  };
}
