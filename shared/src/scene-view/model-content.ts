import { AnimationMixer, Box3, Group, Mesh, type AnimationClip, type Material } from 'three';
import { clone } from 'three/addons/utils/SkeletonUtils.js';
import { sameValue } from '../document/values.js';
import type { ModelNode } from '../scene/node.js';
import type { Content, ContentContext } from './content.js';
import type { MaterialVariant } from './material.js';
import type { MaterialLease } from './material-pool.js';
import { createPlaceholder } from './placeholder.js';
import type { LoadedModel } from './ports.js';

const meshesOf = (root: Group): Mesh[] => {
  const meshes: Mesh[] = [];
  root.traverse((object) => {
    if (object instanceof Mesh) meshes.push(object as Mesh);
  });
  return meshes;
};

const variantOf = ({ geometry }: Mesh): MaterialVariant => ({
  flatShading: geometry.getAttribute('normal') === undefined,
  vertexColors: geometry.getAttribute('color') !== undefined,
  tangents: geometry.getAttribute('tangent') !== undefined,
});

/** A model: a clone of what the asset holds, with the node's materials, shadows and clip. */
export class ModelContent implements Content<ModelNode> {
  readonly object = new Group();
  readonly bounds = new Box3();
  readonly #context: ContentContext;
  #node: ModelNode;
  #clips: readonly AnimationClip[] = [];
  #shown: Group | undefined;
  #mixer: AnimationMixer | undefined;
  #seconds = 0;
  #leases: MaterialLease[] = [];
  /** The materials that the asset came with, by mesh. */
  #own = new Map<Mesh, Material | Material[]>();
  #forgetLoad: () => void = () => undefined;
  #removePlaceholder: () => void = () => undefined;
  #withdrawProblems: (() => void)[] = [];

  constructor(node: ModelNode, context: ContentContext) {
    this.#context = context;
    this.#node = node;
    this.#load();
  }

  get castsShadow(): boolean {
    return this.#node.castShadow;
  }

  update(node: ModelNode): void {
    const before = this.#node;
    this.#node = node;
    if (before.asset !== node.asset || before.variant !== node.variant) {
      this.#unload(before);
      this.#load();
      return;
    }
    if (!sameValue(before.materialOverrides, node.materialOverrides)) this.#override();
    if (before.clip !== node.clip) this.#play();
    this.#setShadows();
  }

  setTime(seconds: number): void {
    this.#seconds = seconds;
    this.#mixer?.setTime(seconds);
  }

  dispose(): void {
    this.#unload(this.#node);
  }

  #load(): void {
    const { asset, variant, name } = this.#node;
    if (asset === null) return;
    this.#forgetLoad = this.#context.loads.follow(
      `Model ${asset}${name === '' ? '' : ` of "${name}"`}`,
      this.#context.models.acquire(asset, variant),
      (model) => this.#show(model),
      () => this.#showPlaceholder(),
    );
  }

  #unload({ asset, variant }: ModelNode): void {
    this.#forgetLoad();
    this.#removePlaceholder();
    for (const withdraw of this.#withdrawProblems.splice(0)) withdraw();
    this.#stop();
    for (const lease of this.#leases) lease.release();
    this.#leases = [];
    this.#own.clear();
    this.#shown?.removeFromParent();
    this.#shown = undefined;
    this.#clips = [];
    this.bounds.makeEmpty();
    if (asset !== null) this.#context.models.release(asset, variant);
  }

  #show(model: LoadedModel): void {
    const shown = clone(model.scene) as Group;
    this.#shown = shown;
    this.#clips = model.animations;
    const { loads } = this.#context;
    this.#withdrawProblems = (model.problems ?? []).map((problem) =>
      loads.warn(`Model ${this.#node.asset}: ${problem}`),
    );
    shown.updateMatrixWorld(true);
    this.bounds.setFromObject(shown);
    for (const mesh of meshesOf(shown)) this.#own.set(mesh, mesh.material);
    this.object.add(shown);
    this.#override();
    this.#play();
    this.#setShadows();
    this.#context.changed();
  }

  #showPlaceholder(): void {
    const { object, dispose } = createPlaceholder();
    this.object.add(object);
    this.bounds.setFromObject(object);
    this.#removePlaceholder = () => {
      object.removeFromParent();
      dispose();
      this.#removePlaceholder = () => undefined;
    };
    this.#context.changed();
  }

  /** Puts the document's materials on meshes whose glTF material has that name, and the model's own on the others. */
  #override(): void {
    const before = this.#leases;
    this.#leases = [];
    for (const [mesh, own] of this.#own) {
      const name = Array.isArray(own) ? '' : own.name;
      const id = Object.hasOwn(this.#node.materialOverrides, name)
        ? this.#node.materialOverrides[name]
        : undefined;
      if (id === undefined) {
        mesh.material = own;
        continue;
      }
      const lease = this.#context.materials.lease(id, variantOf(mesh), (material) => {
        mesh.material = material;
      });
      mesh.material = lease.material;
      this.#leases.push(lease);
    }
    for (const lease of before) lease.release();
  }

  #play(): void {
    this.#stop();
    const clip = this.#clips.find(({ name }) => name === this.#node.clip);
    if (clip === undefined || this.#shown === undefined) return;
    this.#mixer = new AnimationMixer(this.#shown);
    this.#mixer.clipAction(clip).play();
    this.#mixer.setTime(this.#seconds);
  }

  #stop(): void {
    this.#mixer?.stopAllAction();
    if (this.#mixer !== undefined && this.#shown !== undefined) this.#mixer.uncacheRoot(this.#shown);
    this.#mixer = undefined;
  }

  #setShadows(): void {
    for (const mesh of this.#own.keys()) {
      mesh.castShadow = this.#node.castShadow;
      mesh.receiveShadow = this.#node.receiveShadow;
    }
  }
}
