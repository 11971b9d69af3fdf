import { Box3, Mesh } from 'three';
import { sameValue } from '../document/values.js';
import type { PrimitiveNode } from '../scene/node.js';
import type { Content, ContentContext } from './content.js';
import { PRIMITIVE_VARIANT } from './material.js';
import type { MaterialLease } from './material-pool.js';

/** A primitive: one mesh of a shared geometry and a shared material. */
export class PrimitiveContent implements Content<PrimitiveNode> {
  readonly object: Mesh;
  readonly bounds = new Box3();
  readonly #context: ContentContext;
  #node: PrimitiveNode;
  #lease: MaterialLease;

  constructor(node: PrimitiveNode, context: ContentContext) {
    this.#context = context;
    this.#node = node;
    this.#lease = this.#leaseMaterial(node);
    this.object = new Mesh(context.geometries.acquire(node.geometry), this.#lease.material);
    this.#measure();
    this.#setShadows(node);
  }

  get castsShadow(): boolean {
    return this.#node.castShadow;
  }

  update(node: PrimitiveNode): void {
    const before = this.#node;
    this.#node = node;
    if (!sameValue(before.geometry, node.geometry)) {
      this.object.geometry = this.#context.geometries.acquire(node.geometry);
      this.#context.geometries.release(before.geometry);
      this.#measure();
    }
    if (before.material !== node.material) {
      const previous = this.#lease;
      this.#lease = this.#leaseMaterial(node);
      this.object.material = this.#lease.material;
      previous.release();
    }
    this.#setShadows(node);
  }

  dispose(): void {
    this.#context.geometries.release(this.#node.geometry);
    this.#lease.release();
  }

  #leaseMaterial(node: PrimitiveNode): MaterialLease {
    return this.#context.materials.lease(node.material, PRIMITIVE_VARIANT, (material) => {
      this.object.material = material;
    });
  }

  #measure(): void {
    if (this.object.geometry.boundingBox !== null) this.bounds.copy(this.object.geometry.boundingBox);
  }

  #setShadows(node: PrimitiveNode): void {
    this.object.castShadow = node.castShadow;
    this.object.receiveShadow = node.receiveShadow;
  }
}
