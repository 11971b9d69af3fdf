import { DioramaError } from '@diorama/shared';
import type { Logger } from '../observability/logger.js';

export interface AutomaticVersionsOptions {
  /** Makes a version, unless there is one of the present state. */
  readonly make: (sceneId: string) => Promise<unknown>;
  /** Scenes that were edited and have no version of it. */
  readonly unversioned: () => Promise<readonly string[]>;
  readonly logger: Logger;
  /** How long a scene is edited before it gets a version; 0 for none. */
  readonly intervalMs: number;
  readonly now?: () => number;
}

/** While a scene is edited, versions are looked for this often within an interval. */
const LOOKS = 10;
const LONGEST_LOOK_MS = 30_000;

/**
 * Keeps versions of scenes that are edited: one for each interval, and one when nobody has the scene open any more.
 *
 * One scene after the other: they are made for the days to come, and nobody waits for them.
 */
export class AutomaticVersions {
  readonly #options: AutomaticVersionsOptions;
  readonly #now: () => number;
  /** Edited scenes, and since when there is no version of it. */
  readonly #edited = new Map<string, number>();
  readonly #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: AutomaticVersionsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    if (options.intervalMs === 0) return;
    const everyMs = Math.min(LONGEST_LOOK_MS, options.intervalMs / LOOKS);
    this.#timer = setInterval(() => void this.look(), everyMs);
    this.#timer.unref();
  }

  /** Takes up what a stop or a crash has left without a version; it is made after an interval. */
  async resume(): Promise<void> {
    try {
      for (const sceneId of await this.#options.unversioned()) this.edited(sceneId);
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'scenes without a version could not be looked for');
    }
  }

  /** On the path of every edit. */
  edited(sceneId: string): void {
    if (this.#timer !== undefined && !this.#edited.has(sceneId)) this.#edited.set(sceneId, this.#now());
  }

  unloaded(sceneId: string): void {
    if (this.#edited.has(sceneId)) this.#make(sceneId);
  }

  /** Makes what is due; resolves when it is made. */
  look(): Promise<void> {
    const due = this.#now() - this.#options.intervalMs;
    for (const [sceneId, since] of this.#edited) if (since <= due) this.#make(sceneId);
    return this.#work;
  }

  /** Gives up what is not made yet: the next server takes it up. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopped = true;
    await this.#work;
  }

  #make(sceneId: string): void {
    this.#edited.delete(sceneId);
    this.#work = this.#work.then(async () => {
      if (this.#stopped) return;
      try {
        await this.#options.make(sceneId);
      } catch (error) {
        if (this.#stopped || (error instanceof DioramaError && error.code === 'scene_not_found')) return;
        this.#options.logger.warn({ err: error, scene: sceneId }, 'a version could not be made');
        this.edited(sceneId);
      }
    });
  }
}
