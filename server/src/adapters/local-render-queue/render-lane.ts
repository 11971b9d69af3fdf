import type { ReadinessCheck } from '@diorama/shared';
import type { Logger } from '../../observability/logger.js';
import type { ClaimedRender, RenderLedger } from '../../render-jobs/render-ledger.js';
import type { RenderFiles } from '../../render-jobs/render-files.js';
import type { RenderMetrics } from '../../render-jobs/render-metrics.js';
import { Bell } from '../../processes/bell.js';
import { persistently } from './persistently.js';
import { ProgressWriter } from './progress-writer.js';
import { attemptRender } from './render-attempt.js';
import { RenderChild, type RenderOutcome } from './render-child.js';
import { settle } from './settle.js';

export interface LaneBounds {
  /** A job that takes longer is stopped. */
  readonly timeoutMs: number;
  /** A worker that has said nothing by then is replaced. */
  readonly startMs: number;
  /** A worker that cannot render here is replaced after this: what is missing may be installed meanwhile. */
  readonly unavailableMs: number;
  /** A worker that ended by itself is replaced after this; the wait doubles with each that does. */
  readonly restartMs: number;
  readonly restartMaxMs: number;
  /** What a worker gets to end by itself. */
  readonly graceMs: number;
  /** Least time between two writes of a job's progress. */
  readonly progressMs: number;
  /** A worker is replaced after so many jobs: GL drivers leak. */
  readonly jobsPerWorker: number;
}

export interface RenderLaneOptions extends LaneBounds {
  readonly name: string;
  readonly entry: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly ledger: RenderLedger;
  readonly files: RenderFiles;
  readonly logger: Logger;
  readonly metrics: RenderMetrics;
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number;
  /** A job went back to the queue: another lane may be free for it. */
  readonly onQueued: () => void;
}

/** Keeps one worker running and gives it one job after the other. */
export class RenderLane {
  readonly #options: RenderLaneOptions;
  readonly #logger: Logger;
  readonly #bell = new Bell();
  readonly #stopping = new AbortController();
  #state: ReadinessCheck = { status: 'starting' };
  #child: RenderChild | undefined;
  #jobId: string | undefined;
  #cancelling = new AbortController();
  /** Jobs that are cancelled while the answer to a claim is on its way. */
  #cancelledMeanwhile: Set<string> | undefined;
  /** Workers in a row that ended by themselves. */
  #failures = 0;
  #running: Promise<void> | undefined;

  constructor(options: RenderLaneOptions) {
    this.#options = options;
    this.#logger = options.logger.child({ renderer: options.name });
  }

  get state(): ReadinessCheck {
    return this.#state;
  }

  /** The job that its worker has now. */
  get jobId(): string | undefined {
    return this.#jobId;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** There may be a job. */
  wake(): void {
    this.#bell.ring();
  }

  cancel(jobId: string): void {
    this.#cancelledMeanwhile?.add(jobId);
    if (this.#jobId === jobId) this.#cancelling.abort();
  }

  /** Ends the worker; the job that it had not finished is queued again. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#bell.ring();
    await this.#child?.close(this.#options.graceMs);
    await this.#running;
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const waitMs = await this.#employ();
      if (waitMs > 0) await this.#until(() => false, waitMs);
    }
  }

  /** One worker from its start to its end. Answers how long to wait before the next one. */
  async #employ(): Promise<number> {
    const { entry, environment, graceMs, jobsPerWorker } = this.#options;
    const onChange = (): void => this.#bell.ring();
    const child = new RenderChild({ entry, environment, logger: this.#logger, onChange });
    this.#child = child;
    let jobs = 0;
    try {
      while (jobs < jobsPerWorker && (await this.#isReady(child))) {
        const job = await this.#nextJob(child);
        if (job === undefined) continue;
        await this.#perform(child, job);
        jobs++;
      }
      return this.#afterwards(child, jobs);
    } finally {
      await child.close(graceMs);
    }
  }

  async #isReady(child: RenderChild): Promise<boolean> {
    const { startMs, unavailableMs } = this.#options;
    const ready = (): boolean => child.usable && child.state.status === 'ready';
    await this.#until(() => !child.usable || child.state.status !== 'starting', startMs);
    if (child.state.status === 'unavailable') {
      this.#report(child.state);
      await this.#until(ready, unavailableMs);
    }
    if (ready()) this.#report(child.state);
    return ready() && !this.#stopped;
  }

  #afterwards(child: RenderChild, jobs: number): number {
    if (this.#stopped || child.state.status === 'unavailable') return 0;
    const { jobsPerWorker, restartMs, restartMaxMs } = this.#options;
    if (child.dismissed || child.left || jobs >= jobsPerWorker) {
      this.#report({ status: 'starting' });
      return 0;
    }
    const why = child.usable ? 'said nothing' : `ended (${child.reason})`;
    const detail = `The render worker ${why}; its last words: ${child.lastWords}`;
    this.#logger.warn(detail);
    // One that was ready is expected to be so again.
    this.#report(child.state.status === 'ready' ? { status: 'starting' } : { status: 'unavailable', detail });
    return Math.min(restartMs * 2 ** this.#failures++, restartMaxMs);
  }

  #report(state: ReadinessCheck): void {
    if (state.status !== this.#state.status) this.#logger.info({ state }, `rendering is ${state.status}`);
    this.#state = state;
  }

  async #nextJob(child: RenderChild): Promise<ClaimedRender | undefined> {
    const open = (): boolean => child.usable && child.state.status === 'ready' && !this.#stopped;
    while (open()) {
      const { rings } = this.#bell;
      const job = await this.#persistently(() => this.#claim(child));
      if (job !== undefined && open()) return job;
      if (job !== undefined) {
        await this.#persistently(() => this.#options.ledger.release(job.task.job_id));
        this.#options.onQueued();
      } else await this.#bell.after(rings);
    }
    return undefined;
  }

  async #claim(child: RenderChild): Promise<ClaimedRender | undefined> {
    const cancelled = (this.#cancelledMeanwhile = new Set());
    try {
      const job = await this.#options.ledger.claim(`${this.#options.name}:${child.pid}`);
      return job === undefined || cancelled.has(job.task.job_id) ? undefined : job;
    } finally {
      this.#cancelledMeanwhile = undefined;
    }
  }

  async #perform(child: RenderChild, job: ClaimedRender): Promise<void> {
    const { ledger, files, metrics, now, timeoutMs, progressMs, onQueued } = this.#options;
    const jobId = (this.#jobId = job.task.job_id);
    const logger = this.#logger.child({ jobId, attempt: job.attempts });
    const progress = new ProgressWriter({
      write: (value, stage) => ledger.progress(jobId, value, stage),
      intervalMs: progressMs,
      onError: (error) => logger.warn({ err: error }, 'progress was not written'),
    });
    const began = now();
    const onProgress = (value: number, stage: string): void => progress.set(value, stage);
    this.#cancelling = new AbortController();
    const attempt = await attemptRender(job.task, {
      ...{ child, files, timeoutMs, onProgress, now, logger },
      cancelled: this.#cancelling.signal,
      stopping: this.#stopping.signal,
    });
    const outcome = this.#excused(attempt.outcome);
    const seconds = (now() - began) / 1_000;
    await progress.close();
    const label = await this.#persistently(() => settle(job, outcome, { ledger, files }));
    await this.#persistently(() => attempt.release());
    this.#jobId = undefined;
    if (outcome.type === 'done' || outcome.type === 'failed') this.#failures = 0;
    logger.info({ outcome, label, seconds }, 'render attempt ended');
    if (label !== undefined) metrics.attempted(label, seconds);
    if (label === 'retried') onQueued();
  }

  /** A worker that we end because the server stops is no fault of its job. */
  #excused(outcome: RenderOutcome): RenderOutcome {
    return outcome.type === 'ended' && this.#stopped ? { type: 'interrupted' } : outcome;
  }

  #persistently<T>(work: () => Promise<T>): Promise<T | undefined> {
    return persistently(work, { signal: this.#stopping.signal, logger: this.#logger });
  }

  /** Resolves when the condition holds, after `ms`, or when the lane stops. */
  async #until(condition: () => boolean, ms: number): Promise<void> {
    let expired = false;
    const timer = setTimeout(() => {
      expired = true;
      this.#bell.ring();
    }, ms);
    for (;;) {
      const { rings } = this.#bell;
      if (expired || this.#stopped || condition()) break;
      await this.#bell.after(rings);
    }
    clearTimeout(timer);
  }
}
