/**
 * Snapshots become lists of V1 updates: what is stored is then what a client is sent, and loads piece by piece.
 *
 * Stored uncompressed, since the first who opens a scene waits for it, and with a hash: it is sent before it is decoded.
 */
export const snapshotParts = {
  id: '003-snapshot-parts',
  sql: /* sql */ `
    ALTER TABLE scene_snapshots ADD COLUMN format text NOT NULL DEFAULT 'v2';
    ALTER TABLE scene_snapshots ALTER COLUMN format SET DEFAULT 'parts';
    ALTER TABLE scene_snapshots ALTER COLUMN data SET STORAGE EXTERNAL;
    ALTER TABLE scene_snapshots ADD COLUMN sha256 bytea;
  `,
} as const;
