import type { Registry } from 'prom-client';
import type { AccessControl } from '../access/create-access.js';
import type { Config } from '../config.js';
import { EditRecorder } from '../edits/edit-recorder.js';
import { editRoutes } from '../edits/edit-routes.js';
import { EditStore } from '../edits/edit-store.js';
import { SceneEdits } from '../edits/scene-edits.js';
import { ChangeJournal } from '../history/change-journal.js';
import { ChangeStore } from '../history/change-store.js';
import type { Route } from '../http/handler.js';
import { createBusMetrics } from '../observability/bus-metrics.js';
import type { Logger } from '../observability/logger.js';
import { createRealtimeMetrics } from '../observability/realtime-metrics.js';
import type { HousekeepingOptions } from '../processes/housekeeping.js';
import { createRealtime, type Realtime } from '../rooms/create-realtime.js';
import { AutomaticVersions } from '../versions/automatic-versions.js';
import { createHistory, observe } from '../versions/create-history.js';
import type { BackingServices } from './backing-services.js';

const EDITS_DAYS = 90;

export interface LiveScenesOptions {
  readonly config: Config;
  readonly backing: BackingServices;
  readonly control: AccessControl;
  readonly registry: Registry;
  readonly logger: Logger;
}

/** The rooms, the edits that REST makes in them, and what is kept of both, wired together. */
export interface LiveScenes {
  readonly realtime: Realtime;
  readonly recorder: EditRecorder;
  readonly routes: readonly Route[];
  readonly housekeeping: HousekeepingOptions['tasks'];
  /** Makes the versions that the last stop or crash left to be made. */
  resume(): void;
  /** To be called when the rooms have closed: what they noted last is written. */
  stop(): Promise<void>;
}

export function createLiveScenes(options: LiveScenesOptions): LiveScenes {
  const { config, backing, control, registry, logger } = options;
  const { database, bus } = backing;
  const { access, authenticator, changes } = control;
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
  const { rooms, log } = realtime;
  const store = new EditStore({ database });
  const recorder = new EditRecorder({ rooms, store });
  const edits = new SceneEdits({ access, rooms, recorder, store });
  const history = createHistory({ database, access, log, recorder, journal });
  return {
    realtime,
    recorder,
    routes: [...editRoutes(edits), ...history.routes],
    housekeeping: {
      edits: () => store.deleteOlderThan(EDITS_DAYS),
      versions: () => history.maker.thin(),
    },
    resume: () => void automatic.resume(),
    async stop() {
      await Promise.all([automatic.stop(), history.close()]);
      await journal.flush();
    },
  };
}
