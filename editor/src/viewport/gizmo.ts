import type { LivePose, SceneNode } from '@diorama/shared';
import { Object3D, Quaternion, Vector3, type Camera, type Scene } from 'three';
import { TransformControls } from 'three/addons/controls/TransformControls.js';

import { selectionRoots } from '../commands/selection-roots.js';
import { transformOfMatrix, worldMatrix } from '../commands/transforms.js';
import type { EditorState } from '../state/editor-state.js';
import type { SceneStore } from '../state/scene-store.js';
import { draggedPose, type DragStart, type Pivot } from './drag-math.js';
import type { Gestures } from './gestures.js';

export interface GizmoOptions {
  readonly camera: Camera;
  readonly element: HTMLElement;
  readonly overlay: Scene;
  readonly store: SceneStore;
  readonly state: EditorState;
  readonly gestures: Gestures;
  readonly canEdit: () => boolean;
  readonly requestRender: () => void;
  /** The pointer is over a handle, or drags one: the camera must not follow it. */
  readonly onBusy: (busy: boolean) => void;
}

/** Metres, radians and factor. */
const SNAP = { translate: 0.25, rotate: Math.PI / 12, scale: 0.1 };
const COLORS = { x: '#e5566b', y: '#79b94f', z: '#4a8fe8', active: '#f6d365' };

/**
 * The handles that move, rotate and scale the selection.
 *
 * They hold a pivot of their own, never a scene object: what is dragged is a change, applied to every selected node in
 * the space of its parent.
 */
export class Gizmo {
  readonly #options: GizmoOptions;
  readonly #controls: TransformControls;
  readonly #pivot = new Object3D();
  #start: { readonly nodes: ReadonlyMap<string, DragStart>; readonly pivot: Pivot } | null = null;

  constructor(options: GizmoOptions) {
    this.#options = options;
    const { camera, element, overlay, gestures } = options;
    this.#controls = new TransformControls(camera, element);
    this.#controls.setSize(0.85);
    this.#controls.setColors(COLORS.x, COLORS.y, COLORS.z, COLORS.active);
    overlay.add(this.#pivot, this.#controls.getHelper());
    this.#controls.addEventListener('change', options.requestRender);
    this.#controls.addEventListener('mouseDown', () => this.#begin());
    this.#controls.addEventListener('objectChange', () => this.#drag());
    this.#controls.addEventListener('mouseUp', () => this.#finish(() => gestures.commit()));
    this.#controls.addEventListener('axis-changed', () => options.onBusy(this.busy));
    this.#controls.addEventListener('dragging-changed', () => options.onBusy(this.busy));
  }

  /** Whether a press of the pointer would be, or is, for the gizmo. */
  get busy(): boolean {
    return this.#controls.object !== undefined && (this.#controls.dragging || this.#controls.axis !== null);
  }

  get dragging(): boolean {
    return this.#controls.dragging;
  }

  /** Where the gizmo's middle is in the world; null while it is not shown. */
  get position(): Vector3 | null {
    return this.#controls.object === undefined ? null : this.#pivot.position.clone();
  }

  /** Follows selection, mode and the nodes' poses. */
  update(): void {
    if (this.#controls.dragging) return;
    const { state, canEdit, requestRender } = this.#options;
    const { mode, space, snap } = state.value;
    this.#controls.setMode(mode);
    this.#controls.setSpace(space);
    this.#controls.setTranslationSnap(snap ? SNAP.translate : null);
    this.#controls.setRotationSnap(snap ? SNAP.rotate : null);
    this.#controls.setScaleSnap(snap ? SNAP.scale : null);
    const ids = canEdit() ? this.#movable() : [];
    if (ids.length === 0) {
      this.#controls.detach();
      this.#options.onBusy(false);
    } else {
      this.#placePivot(ids);
      this.#controls.attach(this.#pivot);
    }
    requestRender();
  }

  /** Gives up the drag under way; returns whether there was one. */
  cancel(): boolean {
    if (!this.#controls.dragging) return false;
    this.#finish(() => this.#options.gestures.cancel());
    // TransformControls has no way to give up: without this it would go on at the next move of the pointer.
    this.#controls.dragging = false;
    this.#controls.axis = null;
    this.update();
    return true;
  }

  dispose(): void {
    this.#controls.detach();
    this.#controls.dispose();
    this.#pivot.removeFromParent();
  }

  readonly #node = (id: string): SceneNode | undefined => this.#options.store.node(id);

  #movable(): string[] {
    const { state, store } = this.#options;
    return selectionRoots(state.value.selection, store.tree()).filter(
      (id) => store.node(id)?.locked === false,
    );
  }

  /** At the node that was clicked last, and turned as it is; several nodes turn and scale around their middle. */
  #placePivot(ids: readonly string[]): void {
    const tree = this.#options.store.tree();
    const position = new Vector3();
    for (const id of ids)
      position.add(new Vector3().setFromMatrixPosition(worldMatrix(id, tree, this.#node)));
    this.#pivot.position.copy(position.divideScalar(ids.length));
    const { rotation } = transformOfMatrix(worldMatrix(ids.at(-1) ?? null, tree, this.#node));
    this.#pivot.quaternion.copy(new Quaternion(...rotation));
    this.#pivot.scale.set(1, 1, 1);
    this.#pivot.updateMatrixWorld();
  }

  #begin(): void {
    const { store, gestures } = this.#options;
    if (!gestures.begin()) return;
    const tree = store.tree();
    const nodes = new Map<string, DragStart>();
    for (const id of this.#movable()) {
      const node = store.node(id);
      if (node !== undefined)
        nodes.set(id, { pose: poseOf(node), parentWorld: worldMatrix(tree.parentOf(id), tree, this.#node) });
    }
    this.#start = { nodes, pivot: copyOf(this.#pivot) };
  }

  #drag(): void {
    if (this.#start === null) return;
    const { nodes, pivot } = this.#start;
    const mode = this.#controls.getMode();
    const poses: Record<string, LivePose> = {};
    for (const [id, start] of nodes)
      if (this.#options.store.node(id) !== undefined)
        poses[id] = draggedPose(mode, start, pivot, this.#pivot, nodes.size === 1);
    this.#options.gestures.move(poses);
  }

  #finish(end: () => void): void {
    this.#start = null;
    end();
    // The controls still say "dragging" in this event: follow the document's poses when they are done.
    queueMicrotask(() => this.update());
  }
}

const poseOf = ({ pose }: SceneNode): LivePose => ({
  translation: pose.translation,
  rotation: pose.rotation,
  scale: pose.scale,
});

const copyOf = ({ position, quaternion, scale }: Pivot): Pivot => ({
  position: position.clone(),
  quaternion: quaternion.clone(),
  scale: scale.clone(),
});
