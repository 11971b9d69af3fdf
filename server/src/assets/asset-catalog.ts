import type { AssetId } from '@diorama/shared';
import type { Database } from '../database/database.js';
import { CURSOR_TIME_SQL, type PageRequest } from '../http/cursor.js';
import type { AssetRecord } from './asset-record.js';

/** Where an asset's content is, for those who load it. */
export interface AssetContent {
  readonly assetId: AssetId;
  /** In the object store. */
  readonly key: string;
  readonly contentType: string;
}

/** With the creation time as cursors carry it. */
export interface ListedAsset {
  readonly record: AssetRecord;
  readonly cursorTime: string;
}

interface Row {
  asset_id: AssetId;
  tenant: string;
  name: string;
  asset_type: AssetRecord['assetType'];
  file_format: AssetRecord['fileFormat'];
  content_type: string;
  size_bytes: number;
  sha256: string;
  storage_path: string;
  files: AssetRecord['files'];
  metadata: AssetRecord['metadata'];
  validation: AssetRecord['validation'];
  uploaded_by: string;
  created_at: Date;
}

const COLUMNS =
  'asset_id, tenant, name, asset_type, file_format, content_type, size_bytes, sha256, storage_path, files, metadata, ' +
  'validation, uploaded_by, created_at';

const toRecord = (row: Row): AssetRecord => ({
  assetId: row.asset_id,
  tenant: row.tenant,
  name: row.name,
  assetType: row.asset_type,
  fileFormat: row.file_format,
  contentType: row.content_type,
  size: Number(row.size_bytes),
  sha256: row.sha256,
  storagePath: row.storage_path,
  files: row.files,
  metadata: row.metadata,
  validation: row.validation,
  uploadedBy: row.uploaded_by,
  createdAt: row.created_at,
});

/** The assets of all tenants. Every question names the tenant, and the database answers for no other. */
export class AssetCatalog {
  readonly #database: Database;

  constructor({ database }: { readonly database: Database }) {
    this.#database = database;
  }

  /** Adds a row. Its bytes are stored already: a row never points at nothing. */
  async add(record: AssetRecord): Promise<void> {
    await this.#database.query(
      `INSERT INTO assets (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
      [
        record.assetId,
        record.tenant,
        record.name,
        record.assetType,
        record.fileFormat,
        record.contentType,
        record.size,
        record.sha256,
        record.storagePath,
        JSON.stringify(record.files),
        JSON.stringify(record.metadata),
        record.validation === null ? null : JSON.stringify(record.validation),
        record.uploadedBy,
        record.createdAt,
      ],
    );
  }

  /** undefined when there is none or it is another tenant's. */
  async get(tenant: string, assetId: string): Promise<AssetRecord | undefined> {
    const { rows } = await this.#database.query<Row>(
      `SELECT ${COLUMNS} FROM assets WHERE tenant = $1 AND asset_id = $2`,
      [tenant, assetId],
    );
    return rows[0] && toRecord(rows[0]);
  }

  /** The newest first; one more than asked, if there is one, so that the caller sees whether a page follows. */
  async list(tenant: string, { limit, after }: PageRequest): Promise<ListedAsset[]> {
    const { rows } = await this.#database.query<Row & { cursor_time: string }>(
      `SELECT ${COLUMNS}, ${CURSOR_TIME_SQL} AS cursor_time FROM assets
       WHERE tenant = $1 AND ($2::timestamptz IS NULL OR (created_at, asset_id) < ($2::timestamptz, $3))
       ORDER BY created_at DESC, asset_id DESC LIMIT $4`,
      [tenant, after?.createdAt ?? null, after?.id ?? '', limit + 1],
    );
    return rows.map((row) => ({ record: toRecord(row), cursorTime: row.cursor_time }));
  }

  /** Where the contents of those assets are that exist and are the tenant's, in no particular order. */
  async find(tenant: string, assetIds: readonly string[]): Promise<AssetContent[]> {
    if (assetIds.length === 0) return [];
    const { rows } = await this.#database.query<Pick<Row, 'asset_id' | 'storage_path' | 'content_type'>>(
      'SELECT asset_id, storage_path, content_type FROM assets WHERE tenant = $1 AND asset_id = ANY($2::text[])',
      [tenant, [...assetIds]],
    );
    return rows.map((row) => ({
      assetId: row.asset_id,
      key: row.storage_path,
      contentType: row.content_type,
    }));
  }
}
