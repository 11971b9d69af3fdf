import { newRenderJobId } from '@diorama/shared';
import type { Registry } from 'prom-client';
import { fileURLToPath } from 'node:url';
import type { SceneAccess } from '../access/scene-access.js';
import { LocalRenderQueue } from '../adapters/local-render-queue/local-render-queue.js';
import { workerEnvironment } from '../adapters/local-render-queue/worker-environment.js';
import type { AssetCatalog } from '../assets/asset-catalog.js';
import type { Config } from '../config.js';
import type { Route } from '../http/handler.js';
import type { Logger } from '../observability/logger.js';
import { createRenderMetrics } from '../observability/render-metrics.js';
import { renderJobRoutes } from '../render-jobs/render-job-routes.js';
import { RenderJobStore } from '../render-jobs/render-job-store.js';
import { RenderJobs } from '../render-jobs/render-jobs.js';
import { RenderLedger } from '../render-jobs/render-ledger.js';
import type { RenderQueue } from '../render-jobs/render-queue.js';
import type { SceneRooms } from '../rooms/scene-rooms.js';
import type { BackingServices } from './backing-services.js';

const WORKER_ENTRY = fileURLToPath(new URL('../../../render-worker/dist/main.js', import.meta.url));

export interface RenderingOptions {
  readonly config: Config;
  readonly backing: BackingServices;
  readonly access: SceneAccess;
  readonly rooms: SceneRooms;
  readonly catalog: AssetCatalog;
  readonly registry: Registry;
  readonly logger: Logger;
}

/** Render jobs and the workers that do them, wired together. */
export interface Rendering {
  readonly routes: readonly Route[];
  readonly queue: RenderQueue;
  /** Starts the workers; jobs are taken before that, too. */
  start(): void;
  stop(): Promise<void>;
}

export function createRendering(options: RenderingOptions): Rendering {
  const { config, backing, access, rooms, catalog, registry, logger } = options;
  const { database, objects, files } = backing;
  const ledger = new RenderLedger({ database });
  const queue = new LocalRenderQueue({
    ledger,
    files,
    logger,
    workers: config.RENDER_WORKERS,
    shared: config.DATABASE_URL !== undefined,
    timeoutMs: config.RENDER_TIMEOUT_MS,
    entry: WORKER_ENTRY,
    environment: workerEnvironment(process.env, { objectsDir: files.directory, dataDir: config.dataDir }),
    metrics: createRenderMetrics(registry, () => ledger.depth()),
  });
  const store = new RenderJobStore({ database });
  const jobs = new RenderJobs({ store, queue, access, rooms, catalog, objects, newJobId: newRenderJobId });
  return {
    routes: renderJobRoutes({ jobs, objects, logger }),
    queue,
    start: () => queue.start(),
    stop: () => queue.stop(),
  };
}
