import { newRenderJobId } from '@diorama/shared';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Authenticator } from './access/authenticator.js';
import { AccessChanges } from './access/access-changes.js';
import { accessRoutes } from './access/access-routes.js';
import { AssetAccess } from './access/guest-assets.js';
import { LinkTokens } from './access/link-tokens.js';
import { Members } from './access/members.js';
import { SceneAccess } from './access/scene-access.js';
import { ShareLinkStore } from './access/share-link-store.js';
import { ShareLinks } from './access/share-links.js';
import { DEVELOPER, editorLink, issueDevelopmentToken } from './access/development-identity.js';
import { LocalBus } from './adapters/local-bus/local-bus.js';
import { LogBus } from './adapters/log-bus/log-bus.js';
import { LocalRenderQueue } from './adapters/local-render-queue/local-render-queue.js';
import { workerEnvironment } from './adapters/local-render-queue/worker-environment.js';
import { openPglite } from './adapters/pglite/pglite-database.js';
import { untilReachable } from './adapters/postgres/until-reachable.js';
import { FetchedFiles } from './adapters/render-files/fetched-files.js';
import { SharedDirectory } from './adapters/render-files/shared-directory.js';
import { FilesystemObjectStore } from './adapters/filesystem/filesystem-object-store.js';
import type { ObjectStore } from './assets/object-store.js';
import { openAssets } from './assets/open-assets.js';
import { ConfigError, loggableConfig, readConfig, type Config } from './config.js';
import type { Database } from './database/database.js';
import { EditRecorder } from './edits/edit-recorder.js';
import { editRoutes } from './edits/edit-routes.js';
import { EditStore } from './edits/edit-store.js';
import { SceneEdits } from './edits/scene-edits.js';
import { IdempotencyStore } from './idempotency/idempotency-store.js';
import { IdempotentRequests } from './idempotency/idempotent-requests.js';
import { Housekeeping } from './processes/housekeeping.js';
import { installDemo } from './demo/install-demo.js';
import { migrate } from './database/migrate.js';
import { reasonOf } from './database/unavailable.js';
import { ChangeJournal } from './history/change-journal.js';
import { ChangeStore } from './history/change-store.js';
import { createApp } from './http/app.js';
import { closeServer, createHttpServer, listen } from './http/listen.js';
import { createLogger, type Logger } from './observability/logger.js';
import { createBusMetrics } from './observability/bus-metrics.js';
import { createHttpMetrics, createRegistry } from './observability/metrics.js';
import { probe } from './observability/readiness.js';
import { createRealtimeMetrics } from './observability/realtime-metrics.js';
import { createRenderMetrics } from './observability/render-metrics.js';
import { systemRoutes } from './observability/routes.js';
import { Shutdown } from './processes/shutdown.js';
import { onStopSignals } from './processes/stop-signals.js';
import { renderJobRoutes } from './render-jobs/render-job-routes.js';
import { RenderJobStore } from './render-jobs/render-job-store.js';
import { RenderJobs } from './render-jobs/render-jobs.js';
import { RenderLedger } from './render-jobs/render-ledger.js';
import type { RenderFiles } from './render-jobs/render-files.js';
import { renderingProbe } from './render-jobs/render-queue.js';
import { busProbe, type Bus } from './rooms/bus.js';
import { createRealtime } from './rooms/create-realtime.js';
import { sceneRoutes } from './scenes/routes.js';
import { SceneService } from './scenes/scene-service.js';
import { SceneStore } from './scenes/scene-store.js';
import { AutomaticVersions } from './versions/automatic-versions.js';
import { createHistory, observe } from './versions/create-history.js';

const PACKAGE = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const EDITOR_DIRECTORY = fileURLToPath(new URL('../../editor/dist', import.meta.url));
const RENDER_WORKER_ENTRY = fileURLToPath(new URL('../../render-worker/dist/main.js', import.meta.url));
const HTTP_GRACE_MS = 1_500;
/** A Postgres that starts at the same time is there by then; whoever supervises the server starts it again otherwise. */
const DATABASE_WAIT_MS = 30_000;
/** 128 and SIGINT's number, as shells have it. */
const EXIT_INTERRUPTED = 130;
/** Promised are 24. */
const IDEMPOTENCY_KEYS_HOURS = 48;
const EDITS_DAYS = 90;

/** One line for whoever watches the terminal; the log has the details. */
const tell = (line: string): void => void process.stdout.write(`${line}\n`);

/**
 * Adapters to Postgres, Redis and S3 are imported by whom they are configured for: their drivers take half a second of a
 * start to load, and memory for good.
 */
async function openDatabase(config: Config, logger: Logger): Promise<Database> {
  const { DATABASE_URL: connectionString } = config;
  if (connectionString === undefined)
    return openPglite({
      dataDir: join(config.dataDir, 'database'),
      upkeepFailed: (error) => logger.warn({ err: error }, 'cleaning up the database'),
      failed: (error) => logger.error({ err: error }, 'the embedded database failed; it is opened again'),
      reopened: () => logger.info('the embedded database is open again'),
    });
  const { openPostgres } = await import('./adapters/postgres/postgres-database.js');
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
  const { S3ObjectStore } = await import('./adapters/s3/s3-object-store.js');
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
    const { RedisBus } = await import('./adapters/redis-bus/redis-bus.js');
    return RedisBus.open({ url: REDIS_URL, logger });
  }
  // The embedded database belongs to one server; Postgres may have others, who are heard of through its log alone.
  return DATABASE_URL === undefined ? new LocalBus().join() : new LogBus();
}

async function start(config: Config, logger: Logger, shutdown: Shutdown): Promise<void> {
  tell('Opening the database …');
  const database = await openDatabase(config, logger);
  shutdown.register('database', () => database.close());
  const applied = await migrate(database);
  logger.info({ applied }, 'database is up to date');

  const opened = await openObjects(config, logger);
  shutdown.register('objects', () => opened.close());
  const { objects, files } = opened;

  const links = new ShareLinkStore({ client: database });
  const authenticator = new Authenticator({ secret: config.jwtSecret, links });
  const registry = createRegistry();
  const scenes = new SceneStore({ database });
  const access = new SceneAccess({ scenes });
  const bus = await openBus(config, logger);
  shutdown.register('bus', () => bus.close());
  const changes = new AccessChanges();
  const journal = new ChangeJournal({ store: new ChangeStore({ database }), logger });
  const automatic = new AutomaticVersions({
    make: (sceneId) => history.maker.makeAutomatic(sceneId),
    unversioned: () => history.maker.unversioned(),
    logger,
    intervalMs: config.VERSION_INTERVAL_MINUTES * 60_000,
  });
  const realtime = createRealtime({
    database,
    bus,
    authenticator,
    access,
    changes,
    logger,
    observer: observe(journal, automatic),
    metrics: createRealtimeMetrics(registry),
    busMetrics: createBusMetrics(registry, bus),
    maxFrameBytes: config.WS_MAX_FRAME_BYTES,
    connectionLimits: {
      messagesPerSecond: config.WS_MAX_MESSAGES_PER_SECOND,
      bytesPerSecond: config.WS_MAX_BYTES_PER_SECOND,
    },
    limits: { sceneMaxBytes: config.SCENE_MAX_BYTES, fanOutWindowMs: config.WS_FAN_OUT_WINDOW_MS },
    tokenTiming: { leadMs: config.WS_TOKEN_LEAD_MS, graceMs: config.WS_TOKEN_GRACE_MS },
    commitWindowMs: config.LOG_COMMIT_WINDOW_MS,
    maxTailRows: config.LOG_COMPACT_ROWS,
  });

  const { rooms } = realtime;
  const { dataDir, MAX_UPLOAD_BYTES: maxUploadBytes } = config;
  const assetAccess = new AssetAccess({ rooms });
  const assets = await openAssets({
    database,
    access: assetAccess,
    objects,
    dataDir,
    maxUploadBytes,
    logger,
  });
  shutdown.register('asset inspectors', () => assets.close());

  const ledger = new RenderLedger({ database });
  const queue = new LocalRenderQueue({
    ledger,
    files,
    logger,
    workers: config.RENDER_WORKERS,
    shared: config.DATABASE_URL !== undefined,
    timeoutMs: config.RENDER_TIMEOUT_MS,
    entry: RENDER_WORKER_ENTRY,
    environment: workerEnvironment(process.env, { objectsDir: files.directory, dataDir }),
    metrics: createRenderMetrics(registry, () => ledger.depth()),
  });
  shutdown.register('render workers', () => queue.stop());
  const store = new RenderJobStore({ database });
  const { catalog } = assets;
  const jobs = new RenderJobs({ store, queue, access, rooms, catalog, objects, newJobId: newRenderJobId });

  const probes = [
    probe('database', () => database.query('SELECT 1')),
    // A database that is full or read-only answers all the same.
    probe('log', async () => {
      const { trouble } = realtime.log;
      if (trouble !== undefined) throw trouble;
    }),
    // A write, since a full disk can still be read.
    probe('objects', () => objects.put('health/readyz', Uint8Array.of(1))),
    renderingProbe(queue),
    busProbe(bus),
    // Whoever sends clients here must stop doing so.
    probe('sync', async () => {
      if (realtime.isDraining) throw new Error('The server is draining: it stops when all is stored');
    }),
  ];

  const editStore = new EditStore({ database });
  const recorder = new EditRecorder({ rooms, store: editStore });
  const edits = new SceneEdits({ access, rooms, recorder, store: editStore });
  const { log } = realtime;
  const history = createHistory({ database, access, log, recorder, journal });
  // After the rooms have closed: what they noted last is written.
  shutdown.register('history', async () => {
    await Promise.all([automatic.stop(), history.close()]);
    await journal.flush();
  });
  const keys = new IdempotencyStore({ database });
  const housekeeping = new Housekeeping({
    logger,
    tasks: {
      'idempotency keys': () => keys.deleteOlderThan(IDEMPOTENCY_KEYS_HOURS),
      edits: () => editStore.deleteOlderThan(EDITS_DAYS),
      versions: () => history.maker.thin(),
    },
  });
  shutdown.register('housekeeping', () => housekeeping.stop());
  const sceneService = new SceneService({ store: scenes, access, changes, rooms, recorder });
  const members = new Members({ database, access, changes });
  const shareLinks = new ShareLinks({
    database,
    access,
    changes,
    tokens: new LinkTokens({ secret: config.jwtSecret }),
    now: () => new Date(),
  });
  const app = createApp({
    routes: [
      ...systemRoutes(PACKAGE.version, probes),
      ...sceneRoutes(sceneService),
      ...editRoutes(edits),
      ...accessRoutes({ members, links: shareLinks }),
      ...history.routes,
      ...assets.routes,
      ...renderJobRoutes({ jobs, objects, logger }),
    ],
    authenticator,
    idempotency: new IdempotentRequests({ store: keys, logger }),
    maxJsonBodyBytes: config.MAX_JSON_BODY_BYTES,
    logger,
    registry,
    requestSeconds: createHttpMetrics(registry),
    editorDirectory: EDITOR_DIRECTORY,
    version: PACKAGE.version,
    bodyIdleMs: config.HTTP_BODY_IDLE_MS,
  });
  const server = createHttpServer(app);
  shutdown.register('http', () => closeServer(server, HTTP_GRACE_MS));
  realtime.attach(server);
  shutdown.register('realtime', () => realtime.close());

  const { ingestion, folders } = assets;
  const demo =
    config.DEMO && config.developmentIdentity
      ? await installDemo({
          ingestion,
          folders,
          scenes: sceneService,
          principal: DEVELOPER,
          dataDir,
          logger,
          onStart: () => tell('Setting up the demo scene …'),
        })
      : null;

  const port = await listen(server, config.HOST, config.PORT);
  logger.info({ port }, 'listening');
  // Workers take a second or more to be ready, and nothing but pictures waits for them.
  queue.start();
  housekeeping.start();
  void automatic.resume();
  const token = config.developmentIdentity ? await issueDevelopmentToken(authenticator, dataDir) : undefined;
  tell(`Diorama is ready: ${editorLink({ host: config.HOST, port, token, scene: demo ?? undefined })}`);
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const logger = createLogger(config.LOG_LEVEL);
  const shutdown = new Shutdown({ logger });
  const stop = async (reason: string): Promise<void> => {
    logger.info({ reason }, 'stopping');
    process.exit((await shutdown.run()) ? 0 : 1);
  };
  onStopSignals({
    signals: process,
    now: () => performance.now(),
    stop: (reason) => void stop(reason),
    endAtOnce() {
      logger.warn('ending at once: what is not stored yet is not');
      process.exit(EXIT_INTERRUPTED);
    },
  });
  // Whoever started us over IPC has died without a signal: nobody is left to stop us later.
  if (process.send !== undefined) process.once('disconnect', () => void stop('parent gone'));
  // Who died while these modules were loading is not told by an event.
  if (process.connected === false) void stop('parent gone');
  logger.info({ config: loggableConfig(config), node: process.version, pid: process.pid }, 'starting');
  try {
    await start(config, logger, shutdown);
  } catch (error) {
    logger.fatal({ err: error }, 'could not start');
    tell(`Diorama could not start: ${reasonOf(error)}`);
    await shutdown.run();
    process.exit(1);
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  tell(error.message);
  process.exitCode = 1;
}
