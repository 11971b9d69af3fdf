import type { ColorSpace, MeshStandardMaterial, Texture } from 'three';
import type { Material } from '../scene/material.js';
import { applyMaterial, createMaterial, needsPhysical, TEXTURE_SLOTS } from './material.js';
import type { MaterialVariant, TextureSlot } from './material.js';
import type { Loads } from './loads.js';
import type { TexturePool } from './texture-pool.js';

export interface SharedMaterialOptions {
  readonly id: string | null;
  readonly variant: MaterialVariant;
  readonly data: Material;
  readonly textures: TexturePool;
  readonly loads: Loads;
}

interface FilledSlot {
  readonly assetId: string;
  readonly colorSpace: ColorSpace;
  texture: Texture | null;
  readonly forget: () => void;
}

/** One material of the document as one three.js material that any number of meshes share. */
export class SharedMaterial {
  readonly id: string | null;
  /** Called with the new object when the material has to be replaced. */
  readonly users = new Set<(material: MeshStandardMaterial) => void>();
  readonly #options: SharedMaterialOptions;
  readonly #slots = new Map<TextureSlot, FilledSlot>();
  #data: Material;
  #material: MeshStandardMaterial;

  constructor(options: SharedMaterialOptions) {
    this.#options = options;
    this.id = options.id;
    this.#data = options.data;
    this.#material = createMaterial(options.data);
    this.apply(options.data);
  }

  get material(): MeshStandardMaterial {
    return this.#material;
  }

  apply(data: Material): void {
    const replaced = needsPhysical(data) !== needsPhysical(this.#data) ? this.#material : undefined;
    if (replaced !== undefined) this.#material = createMaterial(data);
    this.#data = data;
    applyMaterial(this.#material, data, this.#options.variant);
    for (const slot of TEXTURE_SLOTS) this.#fill(slot, data[slot.key]);
    if (replaced === undefined) return;
    for (const swap of this.users) swap(this.#material);
    replaced.dispose();
  }

  dispose(): void {
    for (const slot of TEXTURE_SLOTS) this.#fill(slot, null);
    this.#material.dispose();
  }

  #fill(slot: TextureSlot, assetId: string | null): void {
    const before = this.#slots.get(slot);
    if (before?.assetId !== (assetId ?? undefined)) {
      if (assetId === null) this.#slots.delete(slot);
      else this.#slots.set(slot, this.#load(slot, assetId));
      if (before !== undefined) this.#release(before);
    }
    this.#show(slot);
  }

  #load(slot: TextureSlot, assetId: string): FilledSlot {
    const { textures, loads } = this.#options;
    const { colorSpace } = slot;
    const what = `Texture ${assetId} (${slot.key} of material ${this.#data.name || (this.id ?? 'default')})`;
    const loading = textures.acquire(assetId, colorSpace);
    const forget = loads.follow(what, loading, (texture) => {
      filled.texture = texture;
      this.#show(slot);
    });
    const filled: FilledSlot = { assetId, colorSpace, texture: null, forget };
    return filled;
  }

  #release(slot: FilledSlot): void {
    slot.forget();
    this.#options.textures.release(slot.assetId, slot.colorSpace);
  }

  #show(slot: TextureSlot): void {
    const texture = this.#slots.get(slot)?.texture ?? null;
    for (const map of slot.maps) this.#material[map] = texture;
    this.#material.needsUpdate = true;
  }
}
