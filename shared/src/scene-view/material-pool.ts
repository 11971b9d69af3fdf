import type { MeshStandardMaterial } from 'three';
import { materialSchema, type Material } from '../scene/material.js';
import { SharedMaterial } from './shared-material.js';
import type { MaterialVariant } from './material.js';
import type { Loads } from './loads.js';
import type { TexturePool } from './texture-pool.js';

/** What a mesh gets: the material now, and the call that gives it back. */
export interface MaterialLease {
  readonly material: MeshStandardMaterial;
  release(): void;
}

export interface MaterialPoolOptions {
  readonly read: (id: string) => Material | undefined;
  readonly textures: TexturePool;
  readonly loads: Loads;
}

const DEFAULT_MATERIAL: Material = Object.freeze(materialSchema.parse({}));
const variantKey = (id: string | null, v: MaterialVariant): string =>
  `${+v.flatShading}${+v.vertexColors}${+v.tangents}${id ?? ''}`;

/** The document's materials as three.js', made when a node uses them and freed when none does. */
export class MaterialPool {
  readonly #options: MaterialPoolOptions;
  readonly #shared = new Map<string, SharedMaterial>();

  constructor(options: MaterialPoolOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#shared.size;
  }

  /** Material ids that are used and do not exist. */
  get missing(): string[] {
    const ids = [...this.#shared.values()].map(({ id }) => id);
    return [...new Set(ids)].filter((id) => id !== null && this.#options.read(id) === undefined) as string[];
  }

  /** `onSwap` gets the new object when an edit needs another kind of three.js material. */
  lease(
    id: string | null,
    variant: MaterialVariant,
    onSwap: (material: MeshStandardMaterial) => void,
  ): MaterialLease {
    const key = variantKey(id, variant);
    let shared = this.#shared.get(key);
    if (shared === undefined) {
      shared = new SharedMaterial({ id, variant, data: this.#read(id), ...this.#options });
      this.#shared.set(key, shared);
    }
    const owner = shared;
    owner.users.add(onSwap);
    return {
      material: owner.material,
      release: () => {
        owner.users.delete(onSwap);
        if (owner.users.size > 0) return;
        this.#shared.delete(key);
        owner.dispose();
      },
    };
  }

  /** The document's material `id` was written, made or removed. */
  changed(id: string): void {
    for (const shared of this.#shared.values()) if (shared.id === id) shared.apply(this.#read(id));
  }

  dispose(): void {
    for (const shared of this.#shared.values()) shared.dispose();
    this.#shared.clear();
  }

  #read(id: string | null): Material {
    return (id === null ? undefined : this.#options.read(id)) ?? DEFAULT_MATERIAL;
  }
}
