/** Who may do what on a scene, and the links that let others in. A scene without members is its whole tenant's. */
export const members = {
  id: '004-members',
  sql: /* sql */ `
    CREATE TABLE scene_members (
      scene_id text COLLATE "C" NOT NULL REFERENCES scenes ON DELETE CASCADE,
      subject text COLLATE "C" NOT NULL,
      role text NOT NULL,
      name text NOT NULL DEFAULT '',
      added_by text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (scene_id, subject)
    );

    CREATE TABLE share_links (
      link_id text COLLATE "C" PRIMARY KEY,
      scene_id text COLLATE "C" NOT NULL REFERENCES scenes ON DELETE CASCADE,
      role text NOT NULL,
      name text NOT NULL DEFAULT '',
      created_by text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL
    );
    CREATE INDEX share_links_by_scene ON share_links (scene_id, created_at DESC, link_id DESC);
  `,
} as const;
