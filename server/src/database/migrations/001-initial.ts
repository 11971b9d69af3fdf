/**
 * The first schema. Fractional order keys and ids compare by code unit, hence COLLATE "C" wherever text is sorted.
 *
 * `scene_updates` is append-only: one row holds what one scene got in one commit. Snapshots are whole states in
 * Yjs' V2 encoding; rows at or below a snapshot's position may be deleted in the transaction that writes it.
 */
export const initial = {
  id: '001-initial',
  sql: /* sql */ `
    CREATE TABLE scenes (
      scene_id text COLLATE "C" PRIMARY KEY,
      tenant text NOT NULL,
      name text NOT NULL DEFAULT '',
      node_count integer NOT NULL DEFAULT 0,
      head_seq bigint NOT NULL DEFAULT 0,
      created_by text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX scenes_by_tenant ON scenes (tenant, created_at DESC, scene_id DESC);

    CREATE TABLE scene_updates (
      scene_id text COLLATE "C" NOT NULL REFERENCES scenes ON DELETE CASCADE,
      seq bigint NOT NULL,
      data bytea NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (scene_id, seq)
    );

    CREATE TABLE scene_snapshots (
      scene_id text COLLATE "C" NOT NULL REFERENCES scenes ON DELETE CASCADE,
      seq bigint NOT NULL,
      data bytea NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (scene_id, seq)
    );

    CREATE TABLE assets (
      asset_id text COLLATE "C" PRIMARY KEY,
      tenant text NOT NULL,
      name text NOT NULL,
      asset_type text NOT NULL,
      file_format text NOT NULL,
      content_type text NOT NULL,
      size_bytes bigint NOT NULL,
      sha256 text NOT NULL,
      storage_path text NOT NULL,
      files jsonb NOT NULL,
      metadata jsonb NOT NULL,
      validation jsonb,
      uploaded_by text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX assets_by_tenant ON assets (tenant, created_at DESC, asset_id DESC);

    CREATE TABLE render_jobs (
      job_id text COLLATE "C" PRIMARY KEY,
      tenant text NOT NULL,
      scene_id text COLLATE "C" NOT NULL,
      spec jsonb NOT NULL,
      task jsonb NOT NULL,
      status text NOT NULL,
      progress real NOT NULL DEFAULT 0,
      stage text,
      attempts integer NOT NULL DEFAULT 0,
      worker text,
      output_path text,
      error jsonb,
      warnings jsonb NOT NULL DEFAULT '[]',
      created_by text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      started_at timestamptz,
      completed_at timestamptz
    );
    CREATE INDEX render_jobs_by_tenant ON render_jobs (tenant, created_at DESC, job_id DESC);
    CREATE INDEX render_jobs_to_do ON render_jobs (created_at) WHERE status IN ('queued', 'running');
  `,
} as const;
