import type { ReadinessCheck } from '@diorama/shared';
import type { ObjectStore } from '../../assets/object-store.js';
import type { Logger } from '../../observability/logger.js';
import type { RenderLedger } from '../../render-jobs/render-ledger.js';
import { NO_RENDER_METRICS, type RenderMetrics } from '../../render-jobs/render-metrics.js';
import type { RenderQueue } from '../../render-jobs/render-queue.js';
import { persistently } from './persistently.js';
import { RenderLane, type LaneBounds } from './render-lane.js';

export interface LocalRenderQueueOptions extends Partial<LaneBounds> {
  readonly ledger: RenderLedger;
  readonly objects: ObjectStore;
  readonly logger: Logger;
  /** Processes, each of which renders one job at a time. 0 disables rendering. */
  readonly workers: number;
  /** The compiled program of a worker. */
  readonly entry: string;
  /** All that a worker finds in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly metrics?: RenderMetrics;
  readonly now?: () => number;
}

export const LANE_BOUNDS: LaneBounds = Object.freeze({
  timeoutMs: 120_000,
  startMs: 60_000,
  unavailableMs: 30_000,
  restartMs: 250,
  restartMaxMs: 30_000,
  graceMs: 3_000,
  progressMs: 250,
  jobsPerWorker: 100,
});

/**
 * The queue of one machine: the `render_jobs` table, and worker processes of this server.
 *
 * One process at a time may run it on a database: at its start it takes over every job that is `running`.
 */
export class LocalRenderQueue implements RenderQueue {
  readonly #options: LocalRenderQueueOptions;
  readonly #lanes: readonly RenderLane[];
  readonly #stopping = new AbortController();
  #starting: Promise<void> | undefined;

  constructor(options: LocalRenderQueueOptions) {
    this.#options = options;
    this.#lanes = Array.from({ length: options.workers }, (_, index) => this.#lane(`render-${index + 1}`));
  }

  start(): void {
    if (this.#lanes.length > 0) this.#starting ??= this.#start();
  }

  enqueue(): void {
    for (const lane of this.#lanes) lane.wake();
  }

  cancel(jobId: string): void {
    for (const lane of this.#lanes) lane.cancel(jobId);
  }

  status(): ReadinessCheck {
    const states = this.#lanes.map((lane) => lane.state);
    const inOrder = (['ready', 'starting', 'unavailable'] as const).map((wanted) =>
      states.find(({ status }) => status === wanted),
    );
    return (
      inOrder.find((state) => state !== undefined) ?? { status: 'disabled', detail: 'RENDER_WORKERS is 0' }
    );
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#starting;
    await Promise.all(this.#lanes.map((lane) => lane.stop()));
  }

  async #start(): Promise<void> {
    const { ledger, logger } = this.#options;
    const { signal } = this.#stopping;
    const recovered = await persistently(() => ledger.recover(), { signal, logger });
    if (signal.aborted || recovered === undefined) return;
    logger.info(recovered, 'render jobs of an earlier run were taken up');
    for (const lane of this.#lanes) lane.start();
  }

  #lane(name: string): RenderLane {
    const { metrics = NO_RENDER_METRICS, now = () => performance.now(), ...options } = this.#options;
    return new RenderLane({ ...LANE_BOUNDS, ...options, metrics, now, name, onQueued: () => this.enqueue() });
  }
}
