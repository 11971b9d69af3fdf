import { randomUUID } from 'node:crypto';
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

/** A server that has not said for so long that it can render is not counted on. */
const ANNOUNCED_SECONDS = 10;

const BACK_TO_QUEUE = `status = 'queued', progress = 0, stage = NULL, worker = NULL, started_at = NULL,
  server = NULL, lease_until = NULL`;

/**
 * What a queue writes about the jobs it runs, of all tenants.
 *
 * Each statement changes a job that is `running` on this server alone: one that was cancelled meanwhile stays cancelled, one
 * that another server has taken over stays there, and the caller learns it from the answer.
 */
export class RenderLedger {
  readonly #database: Database;
  readonly #server: string;
  readonly #leaseSeconds: number;

  /** `leaseSeconds`: a server that has not renewed its jobs for so long is taken for dead by the others. Default 30. */
  constructor(options: {
    readonly database: Database;
    readonly server?: string;
    readonly leaseSeconds?: number;
  }) {
    this.#database = options.database;
    this.#server = options.server ?? randomUUID();
    this.#leaseSeconds = options.leaseSeconds ?? 30;
  }

  /** Takes the oldest queued job; each job goes to one caller only. */
  async claim(worker: string): Promise<ClaimedRender | undefined> {
    const { rows } = await this.#database.query<ClaimedRow>(
      `UPDATE render_jobs SET status = 'running', attempts = attempts + 1, worker = $1, started_at = now(),
         server = $2, lease_until = now() + make_interval(secs => $3)
       WHERE job_id = (SELECT job_id FROM render_jobs WHERE status = 'queued'
                       ORDER BY created_at, job_id LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING job_id AS "jobId", task, attempts`,
      [worker, this.#server, this.#leaseSeconds],
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

  /** Says that this server still runs its jobs; returns which these are. */
  async renew(): Promise<Set<string>> {
    const { rows } = await this.#database.query<{ jobId: string }>(
      `UPDATE render_jobs SET lease_until = now() + make_interval(secs => $2)
       WHERE status = 'running' AND server = $1 RETURNING job_id AS "jobId"`,
      [this.#server, this.#leaseSeconds],
    );
    return new Set(rows.map((row) => row.jobId));
  }

  /** Says to the other servers that this one can render. To be repeated, every few seconds. */
  async announce(): Promise<void> {
    await this.#database.query(
      `INSERT INTO render_servers (server, until) VALUES ($1, now() + make_interval(secs => $2))
       ON CONFLICT (server) DO UPDATE SET until = excluded.until`,
      [this.#server, ANNOUNCED_SECONDS],
    );
  }

  /** This server cannot render any more. Clears away those that have died, too. */
  async withdraw(): Promise<void> {
    await this.#database.query(
      `DELETE FROM render_servers WHERE server = $1 OR until < now() - interval '1 minute'`,
      [this.#server],
    );
  }

  /** Whether another server has said that it can render. */
  async othersRender(): Promise<boolean> {
    const { rowCount } = await this.#database.query(
      'SELECT 1 FROM render_servers WHERE server <> $1 AND until > now() LIMIT 1',
      [this.#server],
    );
    return rowCount > 0;
  }

  /** Whether the job has been cancelled, which is why it does not run any more. */
  async isCancelled(jobId: string): Promise<boolean> {
    const { rowCount } = await this.#database.query(
      `SELECT 1 FROM render_jobs WHERE job_id = $1 AND status = 'cancelled'`,
      [jobId],
    );
    return rowCount > 0;
  }

  /**
   * Queues again what a server that has died left running; what was running at each of its attempts has failed.
   *
   * `all` takes every running job for one of a dead server's: call it so before the first claim, and only where no other
   * process claims. `lapsed` takes those alone that nobody has renewed.
   */
  async recover(
    which: 'all' | 'lapsed' = 'all',
  ): Promise<{ readonly queued: number; readonly failed: number }> {
    const dead = which === 'all' ? 'TRUE' : '(lease_until IS NULL OR lease_until < now())';
    const error = new DioramaError(
      'render_failed',
      `The server or its worker ended in each of ${RENDER_ATTEMPTS_MAX} attempts`,
    );
    const failed = await this.#database.query(
      `UPDATE render_jobs SET status = 'failed', stage = NULL, completed_at = now(), error = $2
       WHERE status = 'running' AND attempts >= $1 AND ${dead}`,
      [RENDER_ATTEMPTS_MAX, JSON.stringify(error.toProblem())],
    );
    const queued = await this.#database.query(
      `UPDATE render_jobs SET ${BACK_TO_QUEUE} WHERE status = 'running' AND ${dead}`,
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
      `UPDATE render_jobs SET ${assignments}
       WHERE job_id = $1 AND status = 'running' AND server = $${params.length + 1}`,
      [...params, this.#server],
    );
    return rowCount > 0;
  }
}
