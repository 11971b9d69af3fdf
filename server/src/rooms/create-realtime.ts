import type { Server } from 'node:http';
import type { Authenticator } from '../access/authenticator.js';
import type { AccessChanges } from '../access/access-changes.js';
import type { SceneAccess } from '../access/scene-access.js';
import type { Database } from '../database/database.js';
import { Compactor } from '../log/compactor.js';
import type { LogMetrics } from '../log/log-metrics.js';
import { SceneLog } from '../log/scene-log.js';
import type { Logger } from '../observability/logger.js';
import type { Bus } from './bus/bus.js';
import type { BusMetrics } from './bus/bus-metrics.js';
import { inTime, type DrainBounds, type DrainHook } from './drain.js';
import type { LogWatchOptions } from './bus/log-watch.js';
import type { ConnectionLimits } from './checks/connection-budget.js';
import { SyncGateway } from './gateway.js';
import { LiveAccess } from './connection/live-access.js';
import type { RealtimeMetrics } from './realtime-metrics.js';
import type { RoomLimits } from './room-limits.js';
import type { RoomObserver } from './room-observer.js';
import { RoomRegistry } from './room-registry.js';
import type { TokenTiming } from './connection/token-watch.js';

export interface RealtimeOptions {
  readonly database: Database;
  readonly authenticator: Authenticator;
  readonly access: SceneAccess;
  readonly changes: AccessChanges;
  readonly logger: Logger;
  readonly metrics?: RealtimeMetrics & LogMetrics;
  /** Publishes to other servers. Closed by the caller, not by `close`. */
  readonly bus: Bus;
  readonly busMetrics?: BusMetrics;
  readonly watch?: Pick<LogWatchOptions, 'lostMs' | 'connectedMs'>;
  readonly maxFrameBytes?: number;
  readonly commitWindowMs?: number;
  readonly maxPendingBytes?: number;
  readonly maxTailRows?: number;
  readonly maxTailBytes?: number;
  readonly unloadDelayMs?: number;
  readonly pingIntervalMs?: number;
  readonly stallCheckIntervalMs?: number;
  readonly tokenTiming?: Partial<TokenTiming>;
  readonly limits?: Partial<RoomLimits>;
  readonly connectionLimits?: Partial<ConnectionLimits>;
  readonly observer?: RoomObserver;
  readonly drain?: Partial<DrainBounds>;
}

/** Log, rooms and gateway, wired together. */
export interface Realtime {
  readonly rooms: RoomRegistry;
  readonly log: SceneLog;
  readonly compactor: Compactor;
  /** Whether the server is stopping and refuses new connections. */
  readonly isDraining: boolean;
  /**
   * Registers what must still be written when the server stops. It runs after all edits are stored, while the database
   * is available.
   */
  onDrain(hook: DrainHook): void;
  /** Handles the upgrade requests of `server` at `/v1/sync/{sceneId}`. */
  attach(server: Server): void;
  /**
   * Stores everything and closes all connections with 1012. The database is needed until it resolves.
   *
   * Throws, after everything is closed, if something could not be stored in time.
   */
  close(): Promise<void>;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Removes undefined options, so that the defaults apply. */
const given = <T extends object>(options: T): Defined<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Defined<T>;

/** How long a stopping server waits for running compactions. */
const COMPACTION_END_MS = 1_000;

/** Creates the real-time part of the server. */
export function createRealtime(options: RealtimeOptions): Realtime {
  const { database, logger, metrics, access, changes, authenticator } = options;
  const { maxTailRows, maxTailBytes, maxPendingBytes, unloadDelayMs, limits, observer } = options;
  const compactor = new Compactor({ database, logger, ...given({ metrics, maxTailRows, maxTailBytes }) });
  const log = new SceneLog({
    database,
    logger,
    compactor,
    ...given({ metrics, windowMs: options.commitWindowMs, maxPendingBytes }),
  });
  const { bus, busMetrics, watch } = options;
  const liveAccess = new LiveAccess({ access, logger });
  const rooms = new RoomRegistry({
    log,
    bus,
    logger,
    accessChanged: (sceneId) => void liveAccess.reviewScene(sceneId),
    ...given({ metrics, busMetrics, watch, unloadDelayMs, limits, observer }),
  });
  changes.subscribe((sceneId) => {
    rooms.announceAccessChange(sceneId);
    return liveAccess.reviewScene(sceneId);
  });
  const gateway = new SyncGateway({
    authenticator,
    access,
    liveAccess,
    isShared: () => bus.isShared,
    rooms,
    logger,
    ...given({
      metrics,
      maxFrameBytes: options.maxFrameBytes,
      connectionLimits: options.connectionLimits,
      pingIntervalMs: options.pingIntervalMs,
      stallCheckIntervalMs: options.stallCheckIntervalMs,
      tokenTiming: options.tokenTiming,
      drain: options.drain,
    }),
  });
  return {
    rooms,
    log,
    compactor,
    get isDraining() {
      return gateway.isDraining;
    },
    onDrain: (hook) => gateway.onDrain(hook),
    attach: (server) => gateway.attach(server),
    async close() {
      try {
        await gateway.close();
        // A finished compaction makes the next start faster.
        await inTime(compactor.idle(), COMPACTION_END_MS);
      } finally {
        log.close();
        await compactor.close();
      }
    },
  };
}
