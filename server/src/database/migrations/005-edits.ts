/**
 * What the server changed for callers, and the answers of requests that may be repeated.
 *
 * `changes` and `result` are JSON text in bytea: jsonb cannot hold every string that a document can.
 */
export const edits = {
  id: '005-edits',
  sql: /* sql */ `
    CREATE TABLE scene_edits (
      edit_id text COLLATE "C" PRIMARY KEY,
      scene_id text COLLATE "C" NOT NULL REFERENCES scenes ON DELETE CASCADE,
      seq bigint NOT NULL,
      kind text NOT NULL,
      summary text NOT NULL,
      subject text NOT NULL,
      name text NOT NULL,
      added integer NOT NULL,
      changed integer NOT NULL,
      removed integer NOT NULL,
      undoes text COLLATE "C",
      undone_by text COLLATE "C",
      changes bytea,
      result bytea,
      created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX scene_edits_by_scene ON scene_edits (scene_id, created_at DESC, edit_id DESC);
    CREATE INDEX scene_edits_by_age ON scene_edits (created_at);

    CREATE TABLE idempotency_keys (
      tenant text NOT NULL,
      subject text NOT NULL,
      key text NOT NULL,
      fingerprint text NOT NULL,
      effect_key text NOT NULL,
      attempt integer NOT NULL DEFAULT 1,
      locked_until timestamptz,
      status integer,
      headers jsonb,
      body bytea,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (tenant, subject, key)
    );
    CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
  `,
} as const;
