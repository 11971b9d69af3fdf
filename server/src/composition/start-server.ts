import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createAccess } from '../access/create-access.js';
import { DEVELOPER, editorLink, issueDevelopmentToken } from '../access/development-identity.js';
import { AssetAccess } from '../access/guest-assets.js';
import { openAssets } from '../assets/open-assets.js';
import type { Config } from '../config.js';
import { installDemo } from '../demo/install-demo.js';
import { createApp } from '../http/app.js';
import { closeServer, createHttpServer, listen } from '../http/listen.js';
import { IdempotencyStore } from '../idempotency/idempotency-store.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import type { Logger } from '../observability/logger.js';
import { createHttpMetrics, createRegistry } from '../observability/metrics.js';
import { probe } from '../observability/readiness.js';
import { systemRoutes } from '../observability/routes.js';
import { Housekeeping } from '../processes/housekeeping.js';
import { MemoryAtRest } from '../processes/memory-at-rest.js';
import type { Shutdown } from '../processes/shutdown.js';
import { tell } from '../processes/tell.js';
import { renderingProbe } from '../render-jobs/render-queue.js';
import { busProbe } from '../rooms/bus/bus.js';
import { sceneRoutes } from '../scenes/routes.js';
import { SceneService } from '../scenes/scene-service.js';
import { SceneStore } from '../scenes/scene-store.js';
import { openBackingServices } from './backing-services.js';
import { createLiveScenes } from './live-scenes.js';
import { createRendering } from './rendering.js';

const PACKAGE = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const EDITOR_DIRECTORY = fileURLToPath(new URL('../../../editor/dist', import.meta.url));
const HTTP_GRACE_MS = 1_500;
/** Promised are 24. */
const IDEMPOTENCY_KEYS_HOURS = 48;

/** Wires the domains together and serves; `shutdown` stops what has been started, also when the rest could not be. */
export async function startServer(config: Config, logger: Logger, shutdown: Shutdown): Promise<void> {
  tell('Opening the database …');
  const backing = await openBackingServices(config, logger, shutdown);
  const { database, objects, bus } = backing;
  const registry = createRegistry();
  const scenes = new SceneStore({ database });
  const control = createAccess({ database, scenes, secret: config.jwtSecret });
  const { access, authenticator, changes } = control;
  const live = createLiveScenes({ config, backing, control, registry, logger });
  const { realtime, recorder } = live;
  const { rooms } = realtime;
  const { dataDir, MAX_UPLOAD_BYTES: maxUploadBytes } = config;
  const assets = await openAssets({
    database,
    access: new AssetAccess({ rooms }),
    objects,
    dataDir,
    maxUploadBytes,
    logger,
  });
  shutdown.register('asset inspectors', () => assets.close());

  const { catalog } = assets;
  const rendering = createRendering({ config, backing, access, rooms, catalog, registry, logger });
  shutdown.register('render workers', () => rendering.stop());

  const probes = [
    probe('database', () => database.query('SELECT 1')),
    // A database that is full or read-only answers all the same.
    probe('log', async () => {
      const { trouble } = realtime.log;
      if (trouble !== undefined) throw trouble;
    }),
    // A write, since a full disk can still be read.
    probe('objects', () => objects.put('health/readyz', Uint8Array.of(1))),
    renderingProbe(rendering.queue),
    busProbe(bus),
    // Whoever sends clients here must stop doing so.
    probe('sync', async () => {
      if (realtime.isDraining) throw new Error('The server is draining: it stops when all is stored');
    }),
  ];

  shutdown.register('history', () => live.stop());
  const keys = new IdempotencyStore({ database });
  const housekeeping = new Housekeeping({
    logger,
    tasks: {
      'idempotency keys': () => keys.deleteOlderThan(IDEMPOTENCY_KEYS_HOURS),
      ...live.housekeeping,
    },
  });
  shutdown.register('housekeeping', () => housekeeping.stop());
  const sceneService = new SceneService({ store: scenes, access, changes, rooms, recorder });
  const app = createApp({
    routes: [
      ...systemRoutes(PACKAGE.version, probes),
      ...sceneRoutes(sceneService),
      ...live.routes,
      ...control.routes,
      ...assets.routes,
      ...rendering.routes,
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
  rendering.start();
  housekeeping.start();
  new MemoryAtRest({ isEmpty: () => rooms.size === 0 }).start();
  live.resume();
  const token = config.developmentIdentity ? await issueDevelopmentToken(authenticator, dataDir) : undefined;
  tell(`Diorama is ready: ${editorLink({ host: config.HOST, port, token, scene: demo ?? undefined })}`);
}
