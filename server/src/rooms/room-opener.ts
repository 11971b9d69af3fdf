import { DioramaError, type ErrorCode } from '@diorama/shared';
import type * as Y from 'yjs';
import type { StoredScene } from '../log/load.js';
import type { SceneLog } from '../log/scene-log.js';
import type { Logger } from '../observability/logger.js';
import type { Bus } from './bus/bus.js';
import type { BusMetrics } from './bus/bus-metrics.js';
import { decodeInSlices } from './document/decode-in-slices.js';
import { FullState } from './document/full-state.js';
import type { RealtimeMetrics } from './realtime-metrics.js';
import { createRoom } from './create-room.js';
import type { Room } from './room.js';
import { JoinQueue } from './fan-out/join-queue.js';
import { TickPace } from './fan-out/tick-pace.js';
import type { RoomLimits } from './room-limits.js';
import type { RoomObserver } from './room-observer.js';
import { SceneLink } from './bus/scene-link.js';

export interface RoomOpenerOptions {
  readonly log: SceneLog;
  readonly bus: Bus;
  readonly logger: Logger;
  readonly metrics: RealtimeMetrics;
  readonly busMetrics: BusMetrics;
  readonly limits: RoomLimits;
  readonly observer: RoomObserver;
  /** Another server has closed the scene. */
  readonly evicted: (sceneId: string, code: ErrorCode) => void;
  /** Access to the scene may have changed on another server. */
  readonly accessChanged: (sceneId: string) => void;
}

/** A room that is being opened. Both promises reject with `scene_not_found` or `scene_load_failed`. */
export interface OpeningRoom {
  /** The stored state, before it is decoded; undefined if it is not known to be undamaged. */
  readonly stored: Promise<FullState | undefined>;
  readonly opened: Promise<Room>;
}

/** Opens rooms from what is stored. */
export class RoomOpener {
  readonly #pace = new TickPace();
  readonly #joins = new JoinQueue();
  readonly #options: RoomOpenerOptions;

  constructor(options: RoomOpenerOptions) {
    this.#options = options;
  }

  open(sceneId: string): OpeningRoom {
    const { bus, logger, busMetrics } = this.#options;
    const link = new SceneLink({ sceneId, bus, logger, metrics: busMetrics });
    const loaded = this.#load(sceneId, link);
    const stored = loaded.then(({ state, scene }) => (scene.intact ? state : undefined));
    const opened = loaded.then(({ state, scene }) => this.#open(sceneId, scene, state, link));
    // The failure is reported by `opened`.
    stored.catch(() => undefined);
    opened.catch(() => link.close());
    return { stored, opened };
  }

  async #load(sceneId: string, link: SceneLink): Promise<{ scene: StoredScene; state: FullState }> {
    // First, so that no update of another server is missed between reading and listening.
    await link.subscribe();
    try {
      const scene = await this.#options.log.load(sceneId);
      return { scene, state: new FullState(scene.updates) };
    } catch (error) {
      if (error instanceof DioramaError && error.code === 'scene_not_found') throw error;
      throw this.#failed(sceneId, error);
    }
  }

  async #open(sceneId: string, scene: StoredScene, fullState: FullState, link: SceneLink): Promise<Room> {
    const { log, logger, metrics, limits, observer, evicted, accessChanged } = this.#options;
    return createRoom({
      sceneId,
      doc: await this.#decode(sceneId, scene),
      fullState,
      seq: scene.seq,
      link,
      evicted: (code) => evicted(sceneId, code),
      accessChanged: () => accessChanged(sceneId),
      log,
      logger,
      metrics,
      limits,
      observer,
      pace: this.#pace,
      joins: this.#joins,
    });
  }

  async #decode(sceneId: string, scene: StoredScene): Promise<Y.Doc> {
    try {
      return await decodeInSlices(scene.updates);
    } catch (error) {
      this.#options.log.forget(sceneId);
      throw this.#failed(sceneId, error);
    }
  }

  #failed(sceneId: string, cause: unknown): DioramaError {
    this.#options.logger.error({ err: cause, scene: sceneId }, 'a scene could not be opened');
    if (cause instanceof DioramaError) return cause;
    return new DioramaError('scene_load_failed', undefined, { cause });
  }
}
