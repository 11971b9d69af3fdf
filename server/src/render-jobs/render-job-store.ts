import type { RenderTask } from '@diorama/shared';
import type { Principal } from '../access/principal.js';
import { visibilityParams, visibleSql } from '../access/scene-access.js';
import type { Database } from '../database/database.js';
import { CURSOR_TIME_SQL, type ListPosition, type PageRequest } from '../http/cursor.js';
import type { RenderJobRecord } from './render-job-record.js';

interface Row extends Omit<RenderJobRecord, 'output'> {
  readonly outputKey: string | null;
  readonly outputSha256: string | null;
  readonly outputBytes: number | null;
  readonly cursorTime: string;
}

const COLUMNS = `job_id AS "jobId", tenant, scene_id AS "sceneId", spec, status, progress, stage, attempts, worker,
  output_path AS "outputKey", output_sha256 AS "outputSha256", output_bytes AS "outputBytes", error, warnings,
  created_by AS "createdBy", created_at AS "createdAt", started_at AS "startedAt", completed_at AS "completedAt",
  ${CURSOR_TIME_SQL} AS "cursorTime"`;

/**
 * Whether a principal sees a job: when they see its scene. When the scene is gone, nobody knows who saw it, and the
 * job is left to who asked for it.
 */
const visibleJobSql = (subject: string, guestScene: string): string => `COALESCE(
  (SELECT ${visibleSql(subject, guestScene)} FROM scenes s WHERE s.scene_id = render_jobs.scene_id),
  created_by = ${subject}::text)`;

export interface ListedRenderJob {
  readonly record: RenderJobRecord;
  readonly cursorTime: string;
}

export const renderJobPosition = ({ record, cursorTime }: ListedRenderJob): ListPosition => ({
  createdAt: cursorTime,
  id: record.jobId,
});

export type NewRenderJob = Pick<RenderJobRecord, 'jobId' | 'tenant' | 'sceneId' | 'spec' | 'createdBy'> & {
  readonly task: RenderTask;
};

function toRecord({ outputKey, outputSha256, outputBytes, cursorTime: _, ...rest }: Row): RenderJobRecord {
  const output =
    outputKey === null || outputSha256 === null || outputBytes === null
      ? null
      : { key: outputKey, sha256: outputSha256, size: outputBytes };
  return { ...rest, output };
}

/** The `render_jobs` table as callers see it. Every statement is bound to a tenant. */
export class RenderJobStore {
  readonly #database: Database;

  constructor(options: { readonly database: Database }) {
    this.#database = options.database;
  }

  async add({ jobId, tenant, sceneId, spec, task, createdBy }: NewRenderJob): Promise<RenderJobRecord> {
    const { rows } = await this.#database.query<Row>(
      `INSERT INTO render_jobs (job_id, tenant, scene_id, spec, task, status, created_by)
       VALUES ($1, $2, $3, $4, $5, 'queued', $6) RETURNING ${COLUMNS}`,
      [jobId, tenant, sceneId, JSON.stringify(spec), JSON.stringify(task), createdBy],
    );
    return toRecord(rows[0] as Row);
  }

  /** undefined when there is none or it is not for this principal. */
  async find(principal: Principal, jobId: string): Promise<RenderJobRecord | undefined> {
    const { rows } = await this.#database.query<Row>(
      `SELECT ${COLUMNS} FROM render_jobs
       WHERE tenant = $1 AND job_id = $2 AND ${visibleJobSql('$3', '$4')}`,
      [principal.tenant, jobId, ...visibilityParams(principal)],
    );
    return rows[0] && toRecord(rows[0]);
  }

  /** Newest first; one row more than the limit, to tell whether there is a next page. */
  async list(
    principal: Principal,
    { limit, after }: PageRequest,
    sceneId: string | undefined,
  ): Promise<ListedRenderJob[]> {
    const { rows } = await this.#database.query<Row>(
      `SELECT ${COLUMNS} FROM render_jobs
       WHERE tenant = $1 AND ($2::text IS NULL OR scene_id = $2)
         AND ($3::timestamptz IS NULL OR (created_at, job_id) < ($3::timestamptz, $4::text))
         AND ${visibleJobSql('$6', '$7')}
       ORDER BY created_at DESC, job_id DESC LIMIT $5`,
      [
        principal.tenant,
        sceneId ?? null,
        after?.createdAt ?? null,
        after?.id ?? null,
        limit + 1,
        ...visibilityParams(principal),
      ],
    );
    return rows.map((row) => ({ record: toRecord(row), cursorTime: row.cursorTime }));
  }

  /** undefined when there is no such job that has not ended. */
  async cancel(tenant: string, jobId: string): Promise<RenderJobRecord | undefined> {
    const { rows } = await this.#database.query<Row>(
      `UPDATE render_jobs SET status = 'cancelled', stage = NULL, completed_at = now()
       WHERE tenant = $1 AND job_id = $2 AND status IN ('queued', 'running') RETURNING ${COLUMNS}`,
      [tenant, jobId],
    );
    return rows[0] && toRecord(rows[0]);
  }
}
