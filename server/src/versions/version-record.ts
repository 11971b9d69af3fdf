import type { Version, VersionId, VersionKind } from '@diorama/shared';

/** A row of `scene_versions` without its data. */
export interface VersionRecord {
  readonly versionId: VersionId;
  readonly sceneId: Version['scene_id'];
  readonly seq: number;
  readonly epoch: number;
  readonly kind: VersionKind;
  readonly name: string;
  readonly note: string;
  readonly subject: string | null;
  readonly creator: string | null;
  readonly nodeCount: number;
  readonly byteSize: number;
  readonly createdAt: Date;
}

export const toVersion = (record: VersionRecord): Version => ({
  version_id: record.versionId,
  scene_id: record.sceneId,
  kind: record.kind,
  name: record.name,
  note: record.note,
  seq: record.seq,
  node_count: record.nodeCount,
  byte_size: record.byteSize,
  by: record.subject === null ? null : { subject: record.subject, name: record.creator ?? '' },
  created_at: record.createdAt.toISOString(),
});
