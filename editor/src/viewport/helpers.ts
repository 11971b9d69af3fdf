import type { CameraNode, LightNode } from '@diorama/shared';
import {
  type CanvasTexture,
  Group,
  LineBasicMaterial,
  LineSegments,
  type Object3D,
  Sprite,
  SpriteMaterial,
  Vector3,
} from 'three';

import type { SceneStore } from '../state/scene-store.js';
import { iconOfLight, iconTexture, type HelperIcon } from './helper-icons.js';
import { helperLines } from './helper-lines.js';

export interface HelpersOptions {
  readonly store: SceneStore;
  /** The object that SceneView made of a node. */
  readonly objectOf: (id: string) => Object3D | undefined;
}

interface Helper {
  readonly group: Group;
  readonly icon: Sprite;
  readonly lines: LineSegments;
  node: LightNode | CameraNode;
}

/** Height of an icon as a part of the view's. */
const ICON_SIZE = 0.042;
const COLOR = '#c9ccd6';

/** Icons and lines for what gives no picture of itself: lights and cameras. Clicking an icon selects its node. */
export class Helpers {
  readonly object = new Group();
  readonly #options: HelpersOptions;
  readonly #helpers = new Map<string, Helper>();
  readonly #textures = new Map<HelperIcon, CanvasTexture>();
  readonly #lineMaterials = new Map<string, LineBasicMaterial>();
  readonly #iconMaterials = new Map<string, SpriteMaterial>();
  #version = -1;

  constructor(options: HelpersOptions) {
    this.#options = options;
  }

  /** The icons, for picking. */
  get icons(): readonly Object3D[] {
    return [...this.#helpers.values()].map(({ icon }) => icon);
  }

  /** The node whose icon this is. */
  nodeOf(object: Object3D): string | undefined {
    for (const [id, { icon }] of this.#helpers) if (icon === object) return id;
    return undefined;
  }

  /** Follows the nodes and the colours of who has selected them. Only those show lines: many frustums are a thicket. */
  update(colors: ReadonlyMap<string, string>): void {
    this.#addAndRemove();
    const scale = new Vector3();
    for (const [id, helper] of this.#helpers) {
      const node = this.#options.store.node(id);
      const object = this.#options.objectOf(id);
      if (node === undefined || (node.kind !== 'light' && node.kind !== 'camera')) continue;
      if (node !== helper.node) {
        const before = helper.node;
        helper.node = node;
        if (shapeOf(before) !== shapeOf(node)) {
          helper.lines.geometry.dispose();
          helper.lines.geometry = helperLines(node);
        }
      }
      const color = colors.get(id);
      helper.icon.material = this.#iconMaterial(iconOf(node), color ?? COLOR);
      helper.lines.material = this.#lineMaterial(color ?? COLOR);
      helper.lines.visible = color !== undefined;
      helper.group.visible = object !== undefined && isShown(object);
      object?.matrixWorld.decompose(helper.group.position, helper.group.quaternion, scale);
    }
  }

  dispose(): void {
    for (const { lines } of this.#helpers.values()) lines.geometry.dispose();
    for (const texture of this.#textures.values()) texture.dispose();
    for (const material of [...this.#lineMaterials.values(), ...this.#iconMaterials.values()])
      material.dispose();
  }

  #addAndRemove(): void {
    const { store } = this.#options;
    if (this.#version === store.outlineVersion) return;
    this.#version = store.outlineVersion;
    for (const [id, helper] of this.#helpers) {
      const kind = store.node(id)?.kind;
      if (kind === 'light' || kind === 'camera') continue;
      helper.group.removeFromParent();
      helper.lines.geometry.dispose();
      this.#helpers.delete(id);
    }
    for (const [id, node] of store.nodes) {
      if ((node.kind !== 'light' && node.kind !== 'camera') || this.#helpers.has(id)) continue;
      const group = new Group();
      const icon = new Sprite();
      icon.scale.setScalar(ICON_SIZE);
      const lines = new LineSegments(helperLines(node));
      lines.frustumCulled = false;
      group.add(icon, lines);
      this.object.add(group);
      this.#helpers.set(id, { group, icon, lines, node });
    }
  }

  #iconMaterial(icon: HelperIcon, color: string): SpriteMaterial {
    const key = `${icon}${color}`;
    let material = this.#iconMaterials.get(key);
    if (material === undefined) {
      let map = this.#textures.get(icon);
      if (map === undefined) this.#textures.set(icon, (map = iconTexture(icon, '#ffffff')));
      material = new SpriteMaterial({
        map,
        color,
        sizeAttenuation: false,
        toneMapped: false,
        depthWrite: false,
      });
      this.#iconMaterials.set(key, material);
    }
    return material;
  }

  #lineMaterial(color: string): LineBasicMaterial {
    let material = this.#lineMaterials.get(color);
    if (material === undefined) {
      material = new LineBasicMaterial({ color, toneMapped: false, depthWrite: false });
      this.#lineMaterials.set(color, material);
    }
    return material;
  }
}

const shapeOf = (node: LightNode | CameraNode): unknown =>
  node.kind === 'camera' ? node.camera : node.light;

const iconOf = (node: LightNode | CameraNode): HelperIcon =>
  node.kind === 'camera' ? 'camera' : iconOfLight(node.light.type);

function isShown(object: Object3D): boolean {
  for (let at: Object3D | null = object; at !== null; at = at.parent) if (!at.visible) return false;
  return true;
}
