import { Box3, Group } from 'three';
import type { SceneNode } from '../scene/node.js';
import type { LivePose } from '../wire/presence.js';
import { CameraContent } from './camera-content.js';
import type { Content, ContentContext } from './content.js';
import { LightContent } from './light-content.js';
import { ModelContent } from './model-content.js';
import { PrimitiveContent } from './primitive-content.js';

function createContent(node: SceneNode, context: ContentContext): Content | undefined {
  switch (node.kind) {
    case 'group':
      return undefined;
    case 'model':
      return new ModelContent(node, context);
    case 'primitive':
      return new PrimitiveContent(node, context);
    case 'light':
      return new LightContent(node);
    case 'camera':
      return new CameraContent(node);
  }
}

/** One node: an object that carries the pose, and below it what the node shows and its children's objects. */
export class NodeView {
  readonly root = new Group();
  readonly #context: ContentContext;
  #node: SceneNode;
  #content: Content | undefined;
  #live: LivePose | null = null;

  constructor(node: SceneNode, context: ContentContext) {
    this.#context = context;
    this.#node = node;
    this.#build();
    this.#place();
  }

  get node(): SceneNode {
    return this.#node;
  }

  get content(): Content | undefined {
    return this.#content;
  }

  update(node: SceneNode): void {
    const before = this.#node;
    this.#node = node;
    if (before.kind === node.kind) {
      this.#content?.update(node);
    } else {
      this.#dropContent();
      this.#build();
    }
    this.#place();
  }

  setLive(pose: LivePose | null): void {
    this.#live = pose;
    this.#place();
  }

  /** The world box of what the node itself shows, in its last computed place; empty when that is nothing. */
  worldBounds(): Box3 {
    const bounds = new Box3();
    if (this.#content === undefined || this.#content.bounds.isEmpty()) return bounds;
    return bounds.copy(this.#content.bounds).applyMatrix4(this.root.matrixWorld);
  }

  dispose(): void {
    this.#dropContent();
    this.root.removeFromParent();
  }

  #build(): void {
    this.#content = createContent(this.#node, this.#context);
    if (this.#content !== undefined) this.root.add(this.#content.object);
  }

  #dropContent(): void {
    this.#content?.object.removeFromParent();
    this.#content?.dispose();
    this.#content = undefined;
  }

  #place(): void {
    const { translation, rotation, scale } = this.#live ?? this.#node.pose;
    this.root.name = this.#node.name;
    this.root.visible = this.#node.visible;
    this.root.position.fromArray(translation);
    this.root.quaternion.fromArray(rotation).normalize();
    this.root.scale.fromArray(scale);
  }
}
