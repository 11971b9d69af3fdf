import { DioramaError } from '@diorama/shared';
import type { AssetSource, LoadedModel } from '@diorama/shared/scene-view';
import { Group, type Texture } from 'three';
import { DRACOLoader } from 'three/addons/loaders/DRACOLoader.js';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
import { MeshoptDecoder } from 'three/addons/libs/meshopt_decoder.module.js';
import type { AssetsApi } from '../rest/assets.js';
import { environmentOf, textureOf } from './decode-image.js';
import { disposeModel } from './dispose-model.js';

/** Where assets come from, and what decodes them. */
export interface RestAssetSourceOptions {
  /** `diorama.assets`. */
  readonly assets: Pick<AssetsApi, 'content'>;
  /**
   * Where the files of `three/examples/jsm/libs/draco/gltf/` are served, with a slash at the end. Without it, a model
   * with Draco compression is refused.
   */
  readonly dracoDecoderPath?: string | undefined;
}

/**
 * Loads a scene's models, textures and environments over REST, with the client's token.
 *
 * Each asset is fetched once and shared: clone a model before it is changed. A load that failed is tried again the
 * next time it is asked for. Throws DioramaErrors: `asset_not_found`, `asset_invalid`, `unreachable`.
 */
export class RestAssetSource implements AssetSource {
  readonly #assets: Pick<AssetsApi, 'content'>;
  readonly #abort = new AbortController();
  readonly #draco: DRACOLoader | undefined;
  readonly #gltf = new GLTFLoader().setMeshoptDecoder(MeshoptDecoder);
  readonly #models = new Map<string, Promise<LoadedModel>>();
  readonly #textures = new Map<string, Promise<Texture>>();
  readonly #environments = new Map<string, Promise<Texture>>();

  constructor({ assets, dracoDecoderPath }: RestAssetSourceOptions) {
    this.#assets = assets;
    if (dracoDecoderPath !== undefined) {
      this.#draco = new DRACOLoader().setDecoderPath(dracoDecoderPath);
      this.#gltf.setDRACOLoader(this.#draco);
    }
  }

  /** The model as glTF describes it. Only the original variant exists so far; the name is part of the cache key. */
  loadModel(assetId: string, variant: string | null = null): Promise<LoadedModel> {
    return this.#once(this.#models, `${assetId}/${variant ?? ''}`, async () => {
      const bytes = await this.#bytes(assetId);
      const { scene, animations } = await this.#gltf.parseAsync(bytes, '');
      // A file without scenes is a library (glTF 2.0, 3.5.1): valid, and nothing of it is to be shown.
      const shown: Group | undefined = scene;
      return { scene: shown ?? new Group(), animations };
    });
  }

  /** An image as a texture with glTF's orientation. Its colour space is for the material slot to say. */
  loadTexture(assetId: string): Promise<Texture> {
    return this.#once(this.#textures, assetId, async () => textureOf(await this.#bytes(assetId)));
  }

  /** An equirectangular picture to light with: HDR and EXR as 32-bit floats, others as sRGB. */
  loadEnvironment(assetId: string): Promise<Texture> {
    return this.#once(this.#environments, assetId, async () => environmentOf(await this.#bytes(assetId)));
  }

  /** Aborts what is loading and frees what was loaded. */
  dispose(): void {
    this.#abort.abort();
    for (const model of this.#models.values()) void model.then(disposeModel, ignoreFailedLoad);
    for (const cache of [this.#textures, this.#environments])
      for (const texture of cache.values()) void texture.then((each) => each.dispose(), ignoreFailedLoad);
    for (const cache of [this.#models, this.#textures, this.#environments]) cache.clear();
    this.#draco?.dispose();
  }

  #once<T>(cache: Map<string, Promise<T>>, key: string, load: () => Promise<T>): Promise<T> {
    const known = cache.get(key);
    if (known !== undefined) return known;
    const loading = load().catch((cause: unknown) => {
      if (cache.get(key) === loading) cache.delete(key);
      if (cause instanceof DioramaError || this.#abort.signal.aborted) throw cause;
      throw new DioramaError('asset_invalid', `Asset ${key} cannot be read: ${String(cause)}`, { cause });
    });
    cache.set(key, loading);
    return loading;
  }

  async #bytes(assetId: string): Promise<ArrayBuffer> {
    const response = await this.#assets.content(assetId, { signal: this.#abort.signal });
    return response.arrayBuffer();
  }
}

/** Whoever asked for the load has heard of it. */
const ignoreFailedLoad = (): void => undefined;
