import { api, DioramaError, type EndpointBodyInput, type RenderJob } from '@diorama/shared';
import type { Clock } from '../session/ports.js';
import { itemsOf, type Page, type PageQuery } from './pages.js';
import type { CallOptions } from './request.js';
import type { RestClient } from './rest-client.js';
import { sleep } from './retry.js';

/** What to render: `scene_id`; by default all that is visible, as a PNG of 1280 × 720 pixels. */
export type CreateRenderJobInput = EndpointBodyInput<typeof api.renderJobs.create>;

/** Which page of the jobs. */
export interface RenderListQuery extends PageQuery {
  /** Only jobs of this scene. By default of all. */
  readonly scene_id?: string | undefined;
}

/** How `wait` is followed and ended. */
export interface WaitOptions {
  /** Called with each state of the job that differs from the one before. */
  readonly onProgress?: ((job: RenderJob) => void) | undefined;
  /** Ends the waiting, not the job. */
  readonly signal?: AbortSignal | undefined;
}

const FIRST_POLL_MS = 150;
const LONGEST_POLL_MS = 2_000;
const POLL_GROWTH = 1.4;

/** The REST resource `renderjobs`. */
export class RendersApi {
  readonly #rest: RestClient;
  readonly #clock: Clock;

  constructor(rest: RestClient, clock: Clock) {
    this.#rest = rest;
    this.#clock = clock;
  }

  /** Renders a scene as it is now; the answer is the queued job. */
  async create(body: CreateRenderJobInput, options: CallOptions = {}): Promise<RenderJob> {
    return this.#rest.call(api.renderJobs.create, { ...options, body });
  }

  /** One page of jobs, the newest first. Throws `invalid_cursor`. */
  async list({ signal, ...query }: RenderListQuery = {}): Promise<Page<RenderJob>> {
    return this.#rest.call(api.renderJobs.list, { query, signal });
  }

  /** Every job, the newest first, page by page. */
  all(query: RenderListQuery = {}): AsyncGenerator<RenderJob, void, undefined> {
    return itemsOf((page) => this.list({ ...query, ...page }), query);
  }

  /** A job as it is now. Throws `render_job_not_found`. */
  async get(jobId: string, options: CallOptions = {}): Promise<RenderJob> {
    return this.#rest.call(api.renderJobs.get, { ...options, params: { job_id: jobId } });
  }

  /** Cancels a job. Throws `render_job_finished` when it has already ended. */
  async cancel(jobId: string, options: CallOptions = {}): Promise<RenderJob> {
    return this.#rest.call(api.renderJobs.cancel, { ...options, params: { job_id: jobId } });
  }

  /** The picture, typed by its media type. Throws `render_output_not_found` while there is none. */
  async output(jobId: string, options: CallOptions = {}): Promise<Blob> {
    const response = await this.#rest.request(api.renderJobs.output, {
      ...options,
      params: { job_id: jobId },
    });
    return response.blob();
  }

  /**
   * Waits until a job has ended and returns it, succeeded or cancelled.
   *
   * Polls, first quickly, then every two seconds. Throws the job's own error when it failed, and the signal's reason
   * when it is aborted; that does not cancel the job.
   */
  async wait(jobId: string, { onProgress, signal }: WaitOptions = {}): Promise<RenderJob> {
    let seen = '';
    for (let delayMs = FIRST_POLL_MS; ; delayMs = Math.min(delayMs * POLL_GROWTH, LONGEST_POLL_MS)) {
      const job = await this.get(jobId, { signal });
      const state = JSON.stringify([job.status, job.progress, job.stage]);
      if (state !== seen) onProgress?.(job);
      seen = state;
      switch (job.status) {
        case 'succeeded':
        case 'cancelled':
          return job;
        case 'failed':
          throw job.error === null ? new DioramaError('render_failed') : DioramaError.fromProblem(job.error);
        case 'queued':
        case 'running':
          await sleep(delayMs, this.#clock, signal);
      }
    }
  }
}
