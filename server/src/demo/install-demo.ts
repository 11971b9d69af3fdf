import type { AssetId, SceneId } from '@diorama/shared';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Principal } from '../access/principal.js';
import type { AssetIngestion } from '../assets/asset-ingestion.js';
import { writeHashed } from '../assets/upload/hash-file.js';
import type { UploadFolders } from '../assets/upload/upload-folders.js';
import type { Logger } from '../observability/logger.js';
import type { SceneService } from '../scenes/scene-service.js';
import { exists } from '../processes/exists.js';
import { Readable } from 'node:stream';
import { DEMO_MODELS, demoScene, type DemoModel } from './demo-scene.js';

export interface InstallDemoOptions {
  readonly ingestion: AssetIngestion;
  readonly folders: UploadFolders;
  readonly scenes: SceneService;
  /** Whose scene it becomes. */
  readonly principal: Principal;
  /** A file here remembers that the demo was installed: who deletes the scene does not get it back. */
  readonly dataDir: string;
  readonly logger: Logger;
  /** Called when there is a demo to install, which takes seconds. */
  readonly onStart?: () => void;
}

const MARKER = 'demo-installed';
const NAME = 'Still life';

async function buildModels(): Promise<Record<DemoModel, Uint8Array>> {
  // Loaded when needed: the server has no other use for glTF-Transform in its own process.
  const [own, packaged] = await Promise.all([import('./set-models.js'), import('./package-models.js')]);
  return {
    backdrop: await own.backdrop(),
    arch: await own.archModel(),
    plinth: await own.terrazzoPlinth(),
    'fluted-plinth': await own.flutedPlinth(),
    vase: await own.vase(),
    suzanne: await packaged.suzanne(),
    bunny: await packaged.bunny(),
  };
}

async function ingestModels(options: InstallDemoOptions): Promise<Record<DemoModel, AssetId>> {
  const models = await buildModels();
  return options.folders.use(async (folder) => {
    const files = [];
    for (const name of DEMO_MODELS) {
      const [path, location] = [`${name}.glb`, join(folder, name)];
      files.push({ path, location, ...(await writeHashed(Readable.from([models[name]]), location)) });
    }
    const { assets, refusals } = await options.ingestion.ingest(files, options.principal, folder);
    if (refusals[0] !== undefined) throw refusals[0].error;
    return Object.fromEntries(
      assets.map(({ name, assetId }) => [name.replace(/\.glb$/, ''), assetId]),
    ) as Record<DemoModel, AssetId>;
  });
}

/**
 * Installs the demo scene once in a fresh data directory, through the same doors as everybody's data.
 *
 * Resolves with the new scene's id; null when there is nothing to do, or when it failed, which is logged: a demo is no
 * reason for a server not to start.
 */
export async function installDemo(options: InstallDemoOptions): Promise<SceneId | null> {
  const { scenes, principal, dataDir, logger } = options;
  const marker = join(dataDir, MARKER);
  try {
    if (await exists(marker)) return null;
    let sceneId: SceneId | null = null;
    if ((await scenes.list(principal, { limit: 1 })).items.length === 0) {
      options.onStart?.();
      const assets = await ingestModels(options);
      sceneId = (await scenes.create(principal, { name: NAME, document: demoScene(NAME, assets) })).scene_id;
      logger.info({ sceneId }, 'installed the demo scene');
    }
    await writeFile(marker, '');
    return sceneId;
  } catch (error) {
    logger.error({ err: error }, 'could not install the demo scene');
    return null;
  }
}
