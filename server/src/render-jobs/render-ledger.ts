import { DioramaError, renderTaskSchema, type RenderTask } from '@diorama/shared';
import type { Database } from '../database/database.js';
import type { RenderOutput } from './render-job-record.js';

/** A job that a worker has taken. */
export interface ClaimedRender {
  readonly task: RenderTask;
  /** Which attempt this is, from 1. */
  readonly attempts: number;
}

interface ClaimedRow {
  readonly jobId: string;
  readonly task: unknown;
  readonly attempts: number;
}

/** A worker that dies this often over one job has been killed by the job. */
export const RENDER_ATTEMPTS_MAX = 3;

const BACK_TO_QUEUE = `status = 'queued', progress = 0, stage = NULL, worker = NULL, started_at = NULL`;

/**
 * What a queue writes about the jobs it runs, of all tenants.
 *
 * Each statement changes a job that is `running` alone: one that was cancelled meanwhile stays cancelled, and the caller learns it from the answer.
 */
export class RenderLedger {
  readonly #database: Database;

  constructor(options: { readonly database: Database }) {
    this.#database = options.database;
  }

  /** Takes the oldest queued job; each job goes to one caller only. */
  async claim(worker: string): Promise<ClaimedRender | undefined> {
    const { rows } = await this.#database.query<ClaimedRow>(
      `UPDATE render_jobs SET status = 'running', attempts = attempts + 1, worker = $1, started_at = now()
       WHERE job_id = (SELECT job_id FROM render_jobs WHERE status = 'queued'
                       ORDER BY created_at, job_id LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING job_id AS "jobId", task, attempts`,
      [worker],
    );
    const row = rows[0];
    if (row === undefined) return undefined;
    const task = renderTaskSchema.safeParse(row.task);
    if (task.success) return { task: task.data, attempts: row.attempts };
    await this.fail(
      row.jobId,
      new DioramaError('render_failed', 'Another version of the server queued this job'),
    );
    return this.claim(worker);
  }

  async progress(jobId: string, progress: number, stage: string): Promise<void> {
    await this.#change('progress = $2, stage = $3', [jobId, progress, stage]);
  }

  /** false when the job is not running any more. */
  succeed(jobId: string, output: RenderOutput, warnings: readonly string[]): Promise<boolean> {
    return this.#change(
      `status = 'succeeded', progress = 1, stage = NULL, completed_at = now(), output_path = $2, output_sha256 = $3,
       output_bytes = $4, warnings = $5`,
      [jobId, output.key, output.sha256, output.size, JSON.stringify(warnings)],
    );
  }

  /** false when the job is not running any more. */
  fail(jobId: string, error: DioramaError): Promise<boolean> {
    return this.#change(`status = 'failed', stage = NULL, completed_at = now(), error = $2`, [
      jobId,
      JSON.stringify(error.toProblem()),
    ]);
  }

  /** Queues a running job again. */
  retry(jobId: string): Promise<boolean> {
    return this.#change(BACK_TO_QUEUE, [jobId]);
  }

  /** Queues a running job again, as if this attempt had not been made: it did not end by any fault of the job's. */
  release(jobId: string): Promise<boolean> {
    return this.#change(`${BACK_TO_QUEUE}, attempts = attempts - 1`, [jobId]);
  }

  /**
   * Queues again what a server that has died left running; what was running at each of its attempts has failed.
   *
   * Call it before the first claim, and only where no other process claims.
   */
  async recover(): Promise<{ readonly queued: number; readonly failed: number }> {
    const error = new DioramaError(
      'render_failed',
      `The server or its worker ended in each of ${RENDER_ATTEMPTS_MAX} attempts`,
    );
    const failed = await this.#database.query(
      `UPDATE render_jobs SET status = 'failed', stage = NULL, completed_at = now(), error = $2
       WHERE status = 'running' AND attempts >= $1`,
      [RENDER_ATTEMPTS_MAX, JSON.stringify(error.toProblem())],
    );
    const queued = await this.#database.query(
      `UPDATE render_jobs SET ${BACK_TO_QUEUE} WHERE status = 'running'`,
    );
    return { queued: queued.rowCount, failed: failed.rowCount };
  }

  /** Jobs that wait for a worker. */
  async depth(): Promise<number> {
    const { rows } = await this.#database.query<{ depth: number }>(
      `SELECT count(*) AS depth FROM render_jobs WHERE status = 'queued'`,
    );
    return Number(rows[0]?.depth ?? 0);
  }

  async #change(assignments: string, params: readonly unknown[]): Promise<boolean> {
    const { rowCount } = await this.#database.query(
      `UPDATE render_jobs SET ${assignments} WHERE job_id = $1 AND status = 'running'`,
      params,
    );
    return rowCount > 0;
  }
}
