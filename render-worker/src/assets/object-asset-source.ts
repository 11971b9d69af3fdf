import { DioramaError, type AssetId, type RenderTask } from '@diorama/shared';
import type { AssetSource, LoadedModel } from '@diorama/shared/scene-view';
import type { Texture } from 'three';
import type { ObjectReader } from '../rendering/objects.js';
import { environmentTexture } from './environment-texture.js';
import type { GltfModelLoader } from './gltf-loader.js';
import { imageTexture } from './image-texture.js';

export interface ObjectAssetSourceOptions {
  /** What the task pinned: no other object is read. */
  readonly assets: RenderTask['assets'];
  readonly objects: ObjectReader;
  readonly models: GltfModelLoader;
}

/** The assets of one render task, from the object store. */
export class ObjectAssetSource implements AssetSource {
  readonly #options: ObjectAssetSourceOptions;

  constructor(options: ObjectAssetSourceOptions) {
    this.#options = options;
  }

  async loadModel(assetId: string): Promise<LoadedModel> {
    return this.#options.models.load(await this.#bytes(assetId));
  }

  async loadTexture(assetId: string): Promise<Texture> {
    return imageTexture(await this.#bytes(assetId));
  }

  async loadEnvironment(assetId: string): Promise<Texture> {
    return environmentTexture(await this.#bytes(assetId));
  }

  async #bytes(assetId: string): Promise<Uint8Array> {
    const { assets, objects } = this.#options;
    const pinned = Object.hasOwn(assets, assetId) ? assets[assetId as AssetId] : undefined;
    if (pinned === undefined) throw new DioramaError('asset_not_found', 'there is no such asset');
    return objects.read(pinned.key);
  }
}
