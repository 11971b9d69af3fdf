import { join } from 'node:path';
import { FilesystemObjectStore } from '../adapters/filesystem/filesystem-object-store.js';
import { LocalBus } from '../adapters/local-bus/local-bus.js';
import { LogBus } from '../adapters/log-bus/log-bus.js';
import { openPglite } from '../adapters/pglite/pglite-database.js';
import { untilReachable } from '../adapters/postgres/until-reachable.js';
import { FetchedFiles } from '../adapters/render-files/fetched-files.js';
import { SharedDirectory } from '../adapters/render-files/shared-directory.js';
import type { ObjectStore } from '../assets/object-store.js';
import type { Config } from '../config.js';
import type { Database } from '../database/database.js';
import { migrate } from '../database/migrate.js';
import type { Logger } from '../observability/logger.js';
import type { Shutdown } from '../processes/shutdown.js';
import { tell } from '../processes/tell.js';
import type { RenderFiles } from '../render-jobs/render-files.js';
import type { Bus } from '../rooms/bus/bus.js';

/** A Postgres that starts at the same time is there by then; whoever supervises the server starts it again otherwise. */
const DATABASE_WAIT_MS = 30_000;

/**
 * What keeps the server's data and carries its messages: in the data directory and in this process, or where the configuration
 * says.
 *
 * Adapters to Postgres, Redis and S3 are imported by whom they are configured for: their drivers take half a second of a
 * start to load, and memory for good.
 */
export interface BackingServices {
  /** Of the present schema. */
  readonly database: Database;
  readonly objects: ObjectStore;
  /** The same objects, for render workers. */
  readonly files: RenderFiles;
  readonly bus: Bus;
}

/** Opens them; `shutdown` closes what has been opened, also after one that could not be. */
export async function openBackingServices(
  config: Config,
  logger: Logger,
  shutdown: Shutdown,
): Promise<BackingServices> {
  const database = await openDatabase(config, logger);
  shutdown.register('database', () => database.close());
  const applied = await migrate(database);
  logger.info({ applied }, 'database is up to date');
  const opened = await openObjects(config, logger);
  shutdown.register('objects', () => opened.close());
  const bus = await openBus(config, logger);
  shutdown.register('bus', () => bus.close());
  return { database, objects: opened.objects, files: opened.files, bus };
}

async function openDatabase(config: Config, logger: Logger): Promise<Database> {
  const { DATABASE_URL: connectionString } = config;
  if (connectionString === undefined)
    return openPglite({
      dataDir: join(config.dataDir, 'database'),
      upkeepFailed: (error) => logger.warn({ err: error }, 'cleaning up the database'),
      failed: (error) => logger.error({ err: error }, 'the embedded database failed; it is opened again'),
      reopened: () => logger.info('the embedded database is open again'),
    });
  const { openPostgres } = await import('../adapters/postgres/postgres-database.js');
  return untilReachable({
    open: () => openPostgres({ connectionString }),
    forMs: DATABASE_WAIT_MS,
    waiting(reason) {
      logger.warn({ reason }, 'the database cannot be reached yet');
      tell(`Waiting for the database, for ${DATABASE_WAIT_MS / 1000} s at the most. ${reason}`);
    },
  });
}

interface OpenedObjects {
  readonly objects: ObjectStore;
  readonly files: RenderFiles;
  /** Removes what is kept for this process alone. */
  close(): Promise<void>;
}

async function openObjects(config: Config, logger: Logger): Promise<OpenedObjects> {
  const { S3_BUCKET: bucket, S3_REGION: region, S3_ENDPOINT: endpoint, S3_FORCE_PATH_STYLE } = config;
  if (bucket === undefined) {
    const directory = join(config.dataDir, 'objects');
    const objects = new FilesystemObjectStore({ root: directory });
    await objects.clean();
    return { objects, files: new SharedDirectory({ objects, directory }), close: async () => undefined };
  }
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = config;
  const hasKey = accessKeyId !== undefined && secretAccessKey !== undefined;
  const { S3ObjectStore } = await import('../adapters/s3/s3-object-store.js');
  const objects = new S3ObjectStore({
    bucket,
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(S3_FORCE_PATH_STYLE === undefined ? {} : { forcePathStyle: S3_FORCE_PATH_STYLE }),
    ...(hasKey ? { credentials: { accessKeyId, secretAccessKey } } : {}),
  });
  const root = join(config.dataDir, 'render-cache');
  const files = await FetchedFiles.open({ objects, root, maxBytes: config.RENDER_CACHE_MAX_BYTES, logger });
  return { objects, files, close: () => files.close() };
}

async function openBus({ DATABASE_URL, REDIS_URL }: Config, logger: Logger): Promise<Bus> {
  if (REDIS_URL !== undefined) {
    const { RedisBus } = await import('../adapters/redis-bus/redis-bus.js');
    return RedisBus.open({ url: REDIS_URL, logger });
  }
  // The embedded database belongs to one server; Postgres may have others, who are heard of through its log alone.
  return DATABASE_URL === undefined ? new LocalBus().join() : new LogBus();
}
