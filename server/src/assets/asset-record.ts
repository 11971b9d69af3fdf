import type { Asset, AssetId, AssetMetadata, AssetType, FileFormat, ValidationReport } from '@diorama/shared';

/** One of the uploaded files, stored as it came. */
export interface AssetFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  readonly contentType: string;
}

/** A row of the `assets` table. */
export interface AssetRecord {
  readonly assetId: AssetId;
  readonly tenant: string;
  readonly name: string;
  readonly assetType: AssetType;
  readonly fileFormat: FileFormat;
  readonly contentType: string;
  readonly size: number;
  readonly sha256: string;
  readonly storagePath: string;
  readonly files: readonly AssetFile[];
  readonly metadata: AssetMetadata;
  readonly validation: ValidationReport | null;
  readonly uploadedBy: string;
  readonly createdAt: Date;
}

const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

/** As the API shows it. */
export function toAsset(record: AssetRecord): Asset {
  const url = `/v1/assets/${record.assetId}`;
  return {
    asset_id: record.assetId,
    name: record.name,
    asset_type: record.assetType,
    file_format: record.fileFormat,
    content_type: record.contentType,
    size_bytes: record.size,
    sha256: record.sha256,
    storage_path: record.storagePath,
    content_url: `${url}/content`,
    upload_timestamp: record.createdAt.toISOString(),
    uploaded_by: record.uploadedBy,
    files: record.files.map((file) => ({
      path: file.path,
      size_bytes: file.size,
      sha256: file.sha256,
      url: `${url}/files/${encodePath(file.path)}`,
    })),
    metadata: record.metadata,
    validation: record.validation,
  };
}
