import { Box3, Group, HemisphereLight, type Light as ThreeLight } from 'three';
import type { LightNode } from '../scene/node.js';
import type { Content } from './content.js';
import { alignHemisphere, applyLight, createLight } from './light.js';

/** A light. The object of another type is another object. */
export class LightContent implements Content<LightNode> {
  readonly object = new Group();
  readonly bounds = new Box3();
  readonly castsShadow = false;
  #node: LightNode;
  #light: ThreeLight;

  constructor(node: LightNode) {
    this.#node = node;
    this.#light = createLight(node.light.type);
    this.object.add(this.#light);
    applyLight(this.#light, node.light);
  }

  get light(): ThreeLight {
    return this.#light;
  }

  get wantsShadow(): boolean {
    return 'castShadow' in this.#node.light && this.#node.light.castShadow;
  }

  update(node: LightNode): void {
    if (node.light.type !== this.#node.light.type) {
      this.dispose();
      this.#light = createLight(node.light.type);
      this.object.add(this.#light);
    }
    this.#node = node;
    applyLight(this.#light, node.light);
  }

  /** After world matrices were computed. */
  align(): void {
    if (this.#light instanceof HemisphereLight) alignHemisphere(this.#light);
  }

  dispose(): void {
    this.#light.removeFromParent();
    this.#light.dispose();
  }
}
