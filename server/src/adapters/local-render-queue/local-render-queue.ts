import type { ReadinessCheck } from '@diorama/shared';
import type { Logger } from '../../observability/logger.js';
import type { RenderFiles } from '../../render-jobs/render-files.js';
import type { RenderLedger } from '../../render-jobs/render-ledger.js';
import { NO_RENDER_METRICS, type RenderMetrics } from '../../render-jobs/render-metrics.js';
import type { RenderQueue } from '../../render-jobs/render-queue.js';
import { persistently } from './persistently.js';
import { RenderLane, type LaneBounds } from './render-lane.js';

export interface LocalRenderQueueOptions extends Partial<LaneBounds> {
  readonly ledger: RenderLedger;
  /** How objects come to the workers, and pictures into the store. */
  readonly files: RenderFiles;
  readonly logger: Logger;
  /** Processes, each of which renders one job at a time. 0 disables rendering. */
  readonly workers: number;
  /** The compiled program of a worker. */
  readonly entry: string;
  /** All that a worker finds in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly metrics?: RenderMetrics;
  /** Whether other servers may take jobs of the same database. Default false. */
  readonly shared?: boolean;
  /** How often jobs of other servers are looked for, and own ones renewed, where it is shared. Default 2,000 ms. */
  readonly shareMs?: number;
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
 * The queue in the `render_jobs` table, with worker processes of this server.
 *
 * Where it is alone on its database it takes over, at its start, every job that is `running`. Servers that share one hold
 * their jobs by leases, and take over those whose lease has run out.
 */
export class LocalRenderQueue implements RenderQueue {
  readonly #options: LocalRenderQueueOptions;
  readonly #lanes: readonly RenderLane[];
  readonly #stopping = new AbortController();
  #starting: Promise<void> | undefined;
  #sharing: NodeJS.Timeout | undefined;
  #share: Promise<void> = Promise.resolve();

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

  async available(): Promise<ReadinessCheck> {
    const { ledger, shared = false } = this.#options;
    const own = this.status();
    if (isPromising(own) || !shared) return own;
    if (await ledger.othersRender()) return { status: 'ready', detail: 'by workers of other servers' };
    return { ...own, detail: `${own.detail}; no other server has workers that can render` };
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#sharing);
    await this.#starting;
    await this.#share;
    await Promise.all([this.#withdraw(), ...this.#lanes.map((lane) => lane.stop())]);
  }

  async #start(): Promise<void> {
    const { ledger, logger, shared = false } = this.#options;
    const { signal } = this.#stopping;
    const recovered = await persistently(() => ledger.recover(shared ? 'lapsed' : 'all'), { signal, logger });
    if (signal.aborted || recovered === undefined) return;
    logger.info(recovered, 'render jobs of an earlier run were taken up');
    for (const lane of this.#lanes) lane.start();
    if (shared) this.#shareNow();
  }

  #shareNow(): void {
    this.#share = this.#exchange().then(() => {
      if (this.#stopping.signal.aborted) return;
      this.#sharing = setTimeout(() => this.#shareNow(), this.#options.shareMs ?? 2_000);
      this.#sharing.unref();
    });
  }

  /** What the other servers have to know of us, and what they leave to us. */
  async #exchange(): Promise<void> {
    const { ledger, logger } = this.#options;
    const before = this.#lanes.map((lane) => lane.jobId);
    try {
      const ours = await ledger.renew();
      for (const [at, lane] of this.#lanes.entries()) {
        const jobId = before[at];
        // Cancelled through another server, or taken over by one that took us for dead.
        if (jobId !== undefined && lane.jobId === jobId && !ours.has(jobId)) lane.cancel(jobId);
      }
      await ledger.recover('lapsed');
      await (isPromising(this.status()) ? ledger.announce() : ledger.withdraw());
    } catch (error) {
      logger.warn({ err: error }, 'render jobs could not be renewed');
    }
    this.enqueue();
  }

  /** What could not be said by now, the others find out for themselves. */
  async #withdraw(): Promise<void> {
    const { ledger, logger, shared = false } = this.#options;
    if (!shared || this.#lanes.length === 0) return;
    try {
      await ledger.withdraw();
    } catch (error) {
      logger.warn({ err: error }, 'other servers were not told that this one renders no more');
    }
  }

  #lane(name: string): RenderLane {
    const { metrics = NO_RENDER_METRICS, now = () => performance.now(), ...options } = this.#options;
    return new RenderLane({ ...LANE_BOUNDS, ...options, metrics, now, name, onQueued: () => this.enqueue() });
  }
}

/** Whether what is queued can be expected to run: workers that have only just been started count. */
const isPromising = ({ status }: ReadinessCheck): boolean => status === 'ready' || status === 'starting';
