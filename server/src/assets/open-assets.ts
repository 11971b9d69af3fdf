import { newAssetId } from '@diorama/shared';
import { join } from 'node:path';
import type { AssetAccess } from '../access/guest-assets.js';
import type { Database } from '../database/database.js';
import type { Route } from '../http/handler.js';
import type { Logger } from '../observability/logger.js';
import { AssetCatalog } from './asset-catalog.js';
import { AssetIngestion } from './asset-ingestion.js';
import { assetRoutes } from './asset-routes.js';
import { InspectorPool } from './inspector/inspector-pool.js';
import type { ObjectStore } from './object-store.js';
import { UploadFolders } from './upload/upload-folders.js';

export interface OpenAssetsOptions {
  readonly database: Database;
  readonly access: AssetAccess;
  readonly objects: ObjectStore;
  /** Uploads are staged below it. */
  readonly dataDir: string;
  readonly maxUploadBytes: number;
  readonly logger: Logger;
}

export interface Assets {
  readonly routes: readonly Route[];
  readonly catalog: AssetCatalog;
  readonly ingestion: AssetIngestion;
  readonly folders: UploadFolders;
  /** Ends the inspector processes. */
  close(): Promise<void>;
}

/** Files in one request. Each is staged, hashed and looked into. */
const UPLOAD_FILES_MAX = 1_000;

/** Puts the parts of asset ingestion together. Inspector processes start with the first upload. */
export async function openAssets(options: OpenAssetsOptions): Promise<Assets> {
  const { database, access, objects, dataDir, maxUploadBytes, logger } = options;
  const folders = new UploadFolders({ root: join(dataDir, 'uploads') });
  await folders.clean();
  const inspector = new InspectorPool({ logger });
  const catalog = new AssetCatalog({ database });
  const now = (): Date => new Date();
  const ingestion = new AssetIngestion({ inspector, objects, catalog, newAssetId, now });
  const limits = { requestBytes: maxUploadBytes, fileBytes: maxUploadBytes, files: UPLOAD_FILES_MAX };
  return {
    routes: assetRoutes({ access, catalog, ingestion, objects, folders, limits, logger }),
    catalog,
    ingestion,
    folders,
    close: () => inspector.close(),
  };
}
