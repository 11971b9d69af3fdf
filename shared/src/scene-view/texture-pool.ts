import type { ColorSpace, Texture } from 'three';
import type { AssetSource } from './ports.js';
import { RefPool } from './ref-pool.js';

/** Floors seen at a low angle stay sharp. */
const ANISOTROPY = 4;

/** Material textures by asset and meaning: one picture may be a colour here and data there. */
export class TexturePool {
  readonly #assets: AssetSource;
  readonly #pool = new RefPool<Promise<Texture>>((loading) => {
    // Whoever followed the load has warned of its failure.
    loading.then((texture) => texture.dispose()).catch(() => undefined);
  });

  constructor(assets: AssetSource) {
    this.#assets = assets;
  }

  acquire(assetId: string, colorSpace: ColorSpace): Promise<Texture> {
    return this.#pool.acquire(`${assetId}|${colorSpace}`, async () => {
      const texture = (await this.#assets.loadTexture(assetId)).clone();
      texture.colorSpace = colorSpace;
      texture.flipY = false;
      texture.anisotropy = ANISOTROPY;
      texture.needsUpdate = true;
      return texture;
    });
  }

  release(assetId: string, colorSpace: ColorSpace): void {
    this.#pool.release(`${assetId}|${colorSpace}`);
  }

  dispose(): void {
    this.#pool.clear();
  }
}
