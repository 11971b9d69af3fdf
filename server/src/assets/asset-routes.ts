import { assetEndpoints, blobKey, DioramaError } from '@diorama/shared';
import type { AssetAccess } from '../access/guest-assets.js';
import { requireRole, type Principal } from '../access/principal.js';
import { pageRequest, toPage } from '../http/cursor.js';
import { route, STREAMED, type Route } from '../http/handler.js';
import type { Logger } from '../observability/logger.js';
import type { AssetCatalog } from './asset-catalog.js';
import type { AssetIngestion } from './asset-ingestion.js';
import { toAsset, type AssetRecord } from './asset-record.js';
import { sendContent } from './content/send.js';
import type { ObjectStore } from './object-store.js';
import { refuseAll, toUploadProblem } from './upload/problem-file.js';
import { receiveFiles, type UploadLimits } from './upload/receive.js';
import type { UploadFolders } from './upload/upload-folders.js';

export interface AssetRoutesOptions {
  readonly access: AssetAccess;
  readonly catalog: AssetCatalog;
  readonly ingestion: AssetIngestion;
  readonly objects: ObjectStore;
  readonly folders: UploadFolders;
  readonly limits: UploadLimits;
  readonly logger: Logger;
}

/** The routes of assets. */
export function assetRoutes(options: AssetRoutesOptions): Route[] {
  const { access, catalog, ingestion, folders, limits } = options;

  async function find(principal: Principal, assetId: string): Promise<AssetRecord> {
    const record = await catalog.get(principal.tenant, assetId);
    if (record === undefined || !(await access.mayRead(principal, assetId)))
      throw new DioramaError('asset_not_found', `There is no asset ${assetId}`);
    return record;
  }

  const upload = route(assetEndpoints.upload, async ({ principal, req, requestId }) => {
    requireRole(principal, 'editor');
    return folders.use(async (folder) => {
      const files = await receiveFiles(req, folder, limits);
      const { assets, refusals } = await ingestion.ingest(files, principal, folder);
      const [first, ...others] = refusals;
      if (assets.length === 0 && first !== undefined) throw refuseAll([first, ...others]);
      return {
        status: first === undefined ? 201 : 207,
        body: {
          assets: assets.map(toAsset),
          problems: refusals.map((refusal) => toUploadProblem(refusal, requestId)),
        },
      };
    });
  });

  const list = route(assetEndpoints.list, async ({ principal, query }) => {
    requireRole(principal, 'viewer');
    const page = pageRequest(query);
    const rows = await catalog.list(principal.tenant, page);
    const position = ({ record, cursorTime }: (typeof rows)[number]) => ({
      createdAt: cursorTime,
      id: record.assetId,
    });
    return { status: 200, body: toPage(rows, page.limit, position, ({ record }) => toAsset(record)) };
  });

  const get = route(assetEndpoints.get, async ({ principal, params }) => ({
    status: 200,
    body: toAsset(await find(principal, params.asset_id)),
  }));

  const content = route(assetEndpoints.content, async ({ principal, params, req, res }) => {
    const record = await find(principal, params.asset_id);
    const { storagePath: key, size, sha256, contentType } = record;
    const packed = record.fileFormat === 'gltf';
    const filename = packed ? record.name.replace(/\.gltf$/i, '') + '.glb' : record.name;
    await sendContent(req, res, { key, size, sha256, contentType, filename, inline: true }, options);
    return STREAMED;
  });

  const file = route(assetEndpoints.file, async ({ principal, params, req, res }) => {
    const record = await find(principal, params.asset_id);
    const found = record.files.find(({ path }) => path === params.path);
    if (found === undefined)
      throw new DioramaError('asset_file_not_found', `The asset has no file ${params.path}`);
    const { path, size, sha256, contentType } = found;
    const key = blobKey(principal.tenant, sha256);
    const filename = path.slice(path.lastIndexOf('/') + 1);
    await sendContent(req, res, { key, size, sha256, contentType, filename, inline: false }, options);
    return STREAMED;
  });

  return [upload, list, get, content, file];
}
