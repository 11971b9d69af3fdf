/** What a finished picture is, so that it can be served with its hash as ETag without being read twice. */
export const renderOutput = {
  id: '002-render-output',
  sql: /* sql */ `
    ALTER TABLE render_jobs ADD COLUMN output_sha256 text;
    ALTER TABLE render_jobs ADD COLUMN output_bytes bigint;
    CREATE INDEX render_jobs_by_scene ON render_jobs (tenant, scene_id, created_at DESC, job_id DESC);
  `,
} as const;
