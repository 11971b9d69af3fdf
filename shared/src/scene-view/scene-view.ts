import {
  Box3,
  type Camera,
  type Object3D,
  Scene,
  type Vector3,
  type PerspectiveCamera,
  type WebGLRenderer,
} from 'three';
import type { SceneDoc } from '../document/scene-doc.js';
import type { SceneSettings } from '../scene/settings.js';
import type { LivePose } from '../wire/presence.js';
import type { SceneCamera } from './camera.js';
import { CameraContent } from './camera-content.js';
import { watchDocument, type DocChanges } from './doc-changes.js';
import { Environments } from './environments.js';
import { frameCamera } from './framing.js';
import { GeometryPool } from './geometry-pool.js';
import { isShadowLight, type ShadowLight } from './light.js';
import { LightContent } from './light-content.js';
import { Loads } from './loads.js';
import { MaterialPool } from './material-pool.js';
import { ModelPool } from './model-pool.js';
import { NodeTree } from './node-tree.js';
import type { NodeView } from './node-view.js';
import type { AssetSource } from './ports.js';
import { SettingsView } from './settings-view.js';
import { chooseShadowLights, fitShadow } from './shadows.js';
import { subjectBox } from './subject.js';
import { TexturePool } from './texture-pool.js';

export interface SceneViewOptions {
  readonly scene: SceneDoc;
  readonly assets: AssetSource;
  /** Shared by views that one renderer draws; by default the view makes its own. */
  readonly environments?: Environments;
}

/**
 * A scene document as a THREE.Scene that follows every edit: the one mapping, for the editor and the render worker.
 *
 * It changes only what an edit touches, shares equal geometries, materials and loaded assets, and frees what nothing
 * uses any more. It never throws for what the document says: what cannot be loaded is a placeholder and a warning.
 *
 * ```ts
 * const view = new SceneView({ scene: new SceneDoc(doc), assets });
 * await view.settled();
 * view.render(renderer, view.frame(aspect));
 * ```
 */
export class SceneView {
  readonly scene = new Scene();
  readonly #doc: SceneDoc;
  readonly #loads: Loads;
  readonly #textures: TexturePool;
  readonly #models: ModelPool;
  readonly #geometries = new GeometryPool();
  readonly #materials: MaterialPool;
  readonly #nodes: NodeTree;
  readonly #settings: SettingsView;
  readonly #listeners = new Set<() => void>();
  readonly #unwatch: () => void;
  readonly #sharedEnvironments: Environments | undefined;
  #ownEnvironments: { readonly renderer: WebGLRenderer; readonly environments: Environments } | undefined;
  #placed = false;

  constructor({ scene, assets, environments }: SceneViewOptions) {
    this.#doc = scene;
    this.#sharedEnvironments = environments;
    this.#loads = new Loads(() => this.#changed());
    this.#textures = new TexturePool(assets);
    this.#models = new ModelPool(assets);
    this.#materials = new MaterialPool({
      read: (id) => this.#doc.material(id),
      textures: this.#textures,
      loads: this.#loads,
    });
    this.#nodes = new NodeTree(this.scene, {
      geometries: this.#geometries,
      materials: this.#materials,
      models: this.#models,
      loads: this.#loads,
      changed: () => this.#changed(),
    });
    this.#settings = new SettingsView(this.scene, assets, this.#loads, this.#doc.settings());
    this.#nodes.apply(this.#doc.nodes());
    this.#unwatch = watchDocument(this.#doc, (changes) => this.#apply(changes));
  }

  get settings(): SceneSettings {
    return this.#settings.settings;
  }

  /** What the picture lacks: one sentence each. */
  get warnings(): string[] {
    return [...this.#loads.warnings, ...this.#materials.missing.map((id) => `Material ${id} does not exist`)];
  }

  /** The object that carries the node's pose; its children's objects are below it. */
  objectOf(nodeId: string): Object3D | undefined {
    return this.#nodes.views.get(nodeId)?.root;
  }

  /** The node that an object, such as a raycaster's hit, belongs to. */
  nodeOf(object: Object3D): string | undefined {
    return this.#nodes.nodeOf(object);
  }

  /** The three.js camera of a camera node. */
  cameraOf(nodeId: string): SceneCamera | undefined {
    const content = this.#nodes.views.get(nodeId)?.content;
    return content instanceof CameraContent ? content.object : undefined;
  }

  /** Shows a node elsewhere than the document says, as in the middle of somebody's drag; null ends it. */
  setLivePose(nodeId: string, pose: LivePose | null): void {
    const view = this.#nodes.views.get(nodeId);
    if (view === undefined) return;
    view.setLive(pose);
    this.#changed();
  }

  /** Moves the clips that models play to a time in seconds. */
  setTime(seconds: number): void {
    for (const { content } of this.#nodes.views.values()) content?.setTime?.(seconds);
    this.#changed();
  }

  /** Resolves when everything that the document refers to has loaded or failed, with the warnings. */
  async settled(): Promise<string[]> {
    await this.#loads.settled();
    return this.warnings;
  }

  /** How many assets are loading. */
  get pending(): number {
    return this.#loads.pending;
  }

  /** Calls back whenever the picture may have changed. Returns how to stop. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Computes world matrices and fits the shadows: before a frame, and before reading `matrixWorld`. */
  update(): void {
    if (this.#placed) return;
    this.scene.updateMatrixWorld();
    this.#placed = true;
    const lights: { light: ShadowLight; wanted: boolean }[] = [];
    for (const [, view] of [...this.#lightViews()].sort(([a], [b]) => (a < b ? -1 : 1))) {
      view.content.align();
      const { light, wantsShadow } = view.content;
      if (isShadowLight(light)) lights.push({ light, wanted: wantsShadow && view.shown });
    }
    this.#fitShadows(lights);
  }

  /** Writes tone mapping and exposure to the renderer, environment and background to the scene: before a frame. */
  applySettings(renderer: WebGLRenderer): void {
    this.#settings.apply(renderer, this.#environmentsFor(renderer));
  }

  /** Draws one picture into the renderer's current target. */
  render(renderer: WebGLRenderer, camera: Camera): void {
    this.update();
    this.applySettings(renderer);
    renderer.render(this.scene, camera);
  }

  /** The world box of the given nodes and all below them, or of all that is visible. Empty when they have no surface. */
  boundingBox(ids?: Iterable<string>): Box3 {
    this.update();
    const box = new Box3();
    if (ids === undefined) {
      for (const each of this.#visibleBoxes()) box.union(each);
      return box;
    }
    const queue = [...ids];
    const seen = new Set<string>();
    for (const id of queue) {
      if (seen.has(id)) continue;
      seen.add(id);
      const view = this.#nodes.views.get(id);
      if (view !== undefined) box.union(view.worldBounds());
      queue.push(...this.#nodes.tree.childrenOf(id));
    }
    return box;
  }

  /** The world box of what the picture is about: all that is visible but the floor it stands on. */
  subjectBox(): Box3 {
    this.update();
    return subjectBox([...this.#visibleBoxes()]);
  }

  /** A camera that frames the subject. `yfov` is in radians. */
  frame(aspect: number, yfov = 0.6, direction?: Vector3): PerspectiveCamera {
    return frameCamera(this.subjectBox(), aspect, yfov, direction);
  }

  dispose(): void {
    this.#unwatch();
    this.#listeners.clear();
    this.#nodes.dispose();
    this.#settings.dispose();
    for (const pool of [this.#materials, this.#geometries, this.#models, this.#textures]) pool.dispose();
    this.#ownEnvironments?.environments.dispose();
    this.scene.environment = null;
    this.scene.background = null;
  }

  #apply({ nodes, materials, settings }: DocChanges): void {
    for (const id of materials) this.#materials.changed(id);
    if (nodes.size > 0) this.#nodes.apply(new Map([...nodes].map((id) => [id, this.#doc.node(id)])));
    if (settings) this.#settings.update(this.#doc.settings());
    this.#changed();
  }

  #changed(): void {
    this.#placed = false;
    for (const listener of [...this.#listeners]) listener();
  }

  #environmentsFor(renderer: WebGLRenderer): Environments {
    if (this.#sharedEnvironments !== undefined) return this.#sharedEnvironments;
    if (this.#ownEnvironments?.renderer !== renderer) {
      this.#ownEnvironments?.environments.dispose();
      this.#ownEnvironments = { renderer, environments: new Environments(renderer) };
    }
    return this.#ownEnvironments.environments;
  }

  #fitShadows(lights: readonly { light: ShadowLight; wanted: boolean }[]): void {
    const chosen = chooseShadowLights(lights.filter(({ wanted }) => wanted).map(({ light }) => light));
    for (const { light } of lights) light.castShadow = chosen.has(light);
    if (chosen.size === 0) return;
    const receivers = new Box3();
    const casting: Box3[] = [];
    for (const { box, castsShadow } of this.#visible()) {
      receivers.union(box);
      if (castsShadow) casting.push(box);
    }
    const bounds = { receivers, casters: subjectBox(casting) };
    for (const light of chosen) fitShadow(light, bounds);
  }

  *#visibleBoxes(): Generator<Box3> {
    for (const { box } of this.#visible()) yield box;
  }

  /** World boxes of all that is shown, skipping what is below something hidden. */
  *#visible(): Generator<{ box: Box3; castsShadow: boolean }> {
    for (const view of this.#nodes.views.values()) {
      if (view.content === undefined || view.content.bounds.isEmpty() || !isShown(view.root)) continue;
      yield { box: view.worldBounds(), castsShadow: view.content.castsShadow };
    }
  }

  *#lightViews(): Generator<[string, { content: LightContent; shown: boolean }]> {
    for (const [id, view] of this.#nodes.views) {
      const content: NodeView['content'] = view.content;
      if (content instanceof LightContent) yield [id, { content, shown: isShown(view.root) }];
    }
  }
}

function isShown(object: Object3D): boolean {
  for (let at: Object3D | null = object; at !== null; at = at.parent) if (!at.visible) return false;
  return true;
}
