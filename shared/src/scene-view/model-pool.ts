import { Material, Mesh, Texture } from 'three';
import type { AssetSource, LoadedModel } from './ports.js';
import { RefPool } from './ref-pool.js';

const modelKey = (assetId: string, variant: string | null): string => `${assetId}/${variant ?? ''}`;

/** Frees the GPU's copies. What the source keeps in memory can be drawn again. */
function freeModel({ scene }: LoadedModel): void {
  scene.traverse((object) => {
    if (!(object instanceof Mesh)) return;
    const mesh = object as Mesh;
    mesh.geometry.dispose();
    for (const material of [mesh.material].flat()) {
      for (const value of Object.values(material) as unknown[]) if (value instanceof Texture) value.dispose();
      if (material instanceof Material) material.dispose();
    }
  });
}

/** Models by asset, loaded once for all nodes that show them. */
export class ModelPool {
  readonly #assets: AssetSource;
  readonly #pool = new RefPool<Promise<LoadedModel>>((loading) => {
    // Whoever followed the load has warned of its failure.
    loading.then(freeModel).catch(() => undefined);
  });

  constructor(assets: AssetSource) {
    this.#assets = assets;
  }

  get size(): number {
    return this.#pool.size;
  }

  acquire(assetId: string, variant: string | null): Promise<LoadedModel> {
    // A source may throw instead of rejecting: async turns both into a rejection.
    return this.#pool.acquire(modelKey(assetId, variant), async () =>
      this.#assets.loadModel(assetId, variant),
    );
  }

  release(assetId: string, variant: string | null): void {
    this.#pool.release(modelKey(assetId, variant));
  }

  dispose(): void {
    this.#pool.clear();
  }
}
