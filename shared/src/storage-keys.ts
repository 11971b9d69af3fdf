/** A tenant's name as one path segment: no slash and no dot survives, so no name can climb out of its folder. */
const segment = (name: string): string => encodeURIComponent(name).replaceAll('.', '%2E');

/** Where a tenant's bytes lie in the object store, named by their content: the same bytes are stored once. */
export const blobKey = (tenant: string, sha256: string): string =>
  `tenants/${segment(tenant)}/blobs/${sha256.slice(0, 2)}/${sha256}`;

/** Where the state that a render job pinned lies. */
export const renderSnapshotKey = (tenant: string, sha256: string): string =>
  `tenants/${segment(tenant)}/snapshots/${sha256}`;

/** Where the picture of a render job lies. */
export const renderOutputKey = (tenant: string, jobId: string, format: string): string =>
  `tenants/${segment(tenant)}/renders/${jobId}.${format}`;
