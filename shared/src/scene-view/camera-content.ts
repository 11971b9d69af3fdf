import { Box3, type OrthographicCamera, type PerspectiveCamera } from 'three';
import { sameValue } from '../document/values.js';
import type { CameraNode } from '../scene/node.js';
import { applyCamera, createCamera } from './camera.js';
import type { Content } from './content.js';

/** A camera of the scene. */
export class CameraContent implements Content<CameraNode> {
  readonly bounds = new Box3();
  readonly castsShadow = false;
  #node: CameraNode;
  #camera: PerspectiveCamera | OrthographicCamera;

  constructor(node: CameraNode) {
    this.#node = node;
    this.#camera = createCamera(node.camera);
  }

  get object(): PerspectiveCamera | OrthographicCamera {
    return this.#camera;
  }

  update(node: CameraNode): void {
    const before = this.#node;
    this.#node = node;
    if (sameValue(before.camera, node.camera)) return;
    if (before.camera.type === node.camera.type) {
      applyCamera(this.#camera, node.camera);
      return;
    }
    const { parent } = this.#camera;
    this.#camera.removeFromParent();
    this.#camera = createCamera(node.camera);
    parent?.add(this.#camera);
  }

  dispose(): void {
    this.#camera.removeFromParent();
  }
}
