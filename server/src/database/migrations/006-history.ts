/**
 * Who last changed what, and versions of scenes.
 *
 * An epoch of a scene ends when a version is made: who changed something between two versions are the rows of the epochs
 * between them. `scene_changes` has one row for each item, person and epoch; epochs without a version are joined with the
 * next that has one.
 */
export const history = {
  id: '006-history',
  sql: /* sql */ `
    ALTER TABLE scenes ADD COLUMN history_epoch integer NOT NULL DEFAULT 0;

    CREATE TABLE scene_changes (
      scene_id text COLLATE "C" NOT NULL REFERENCES scenes ON DELETE CASCADE,
      epoch integer NOT NULL,
      root text COLLATE "C" NOT NULL,
      item_id text COLLATE "C" NOT NULL,
      subject text COLLATE "C" NOT NULL,
      name text NOT NULL,
      change text NOT NULL,
      first_at timestamptz NOT NULL,
      last_at timestamptz NOT NULL,
      PRIMARY KEY (scene_id, epoch, root, item_id, subject)
    );
    CREATE INDEX scene_changes_by_item ON scene_changes (scene_id, root, item_id, last_at DESC);

    CREATE TABLE scene_versions (
      version_id text COLLATE "C" PRIMARY KEY,
      scene_id text COLLATE "C" NOT NULL REFERENCES scenes ON DELETE CASCADE,
      seq bigint NOT NULL,
      epoch integer NOT NULL,
      kind text NOT NULL,
      name text NOT NULL,
      note text NOT NULL,
      subject text,
      creator text,
      node_count integer NOT NULL,
      data bytea NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX scene_versions_by_scene ON scene_versions (scene_id, created_at DESC, version_id DESC);
    CREATE INDEX scene_versions_by_epoch ON scene_versions (scene_id, epoch);
  `,
} as const;
