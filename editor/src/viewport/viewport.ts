import type { Diorama, SceneSession } from '@diorama/client-sdk';
import { RestAssetSource } from '@diorama/client-sdk/three';
import type { CameraConfig, LivePose, Pose, Vec3 } from '@diorama/shared';
import { Box3, MathUtils, Matrix4, Quaternion, Scene, Vector3 } from 'three';

import { transformOfMatrix, worldMatrix } from '../commands/transforms.js';
import type { EditorState } from '../state/editor-state.js';
import { Listeners } from '../state/listeners.js';
import type { SceneStore } from '../state/scene-store.js';
import { Cursors } from './cursors.js';
import { Gestures } from './gestures.js';
import { Gizmo } from './gizmo.js';
import { Grid } from './grid.js';
import { Helpers } from './helpers.js';
import { selectionColors } from './highlight-colors.js';
import { Navigation } from './navigation.js';
import { OthersLive } from './others-live.js';
import { Outline } from './outline.js';
import { OwnPresence } from './own-presence.js';
import { Picker } from './picker.js';
import { listenToPointer } from './pointer.js';
import { RenderLoop } from './render-loop.js';
import { SceneView } from './scene-view.js';
import { Stage } from './stage.js';

export interface ViewportOptions {
  readonly diorama: Diorama;
  readonly session: SceneSession;
  readonly store: SceneStore;
  readonly state: EditorState;
  readonly canEdit: () => boolean;
}

/** Served beside the editor (vite.config.ts). */
const DRACO_PATH = '/draco/';
/** What lights and cameras, which have no size, count for when the view frames them: metres. */
const POINT_SIZE = 0.6;

/**
 * The 3D view of one open scene, outside of React.
 *
 * SceneView makes the picture, the same that the render worker makes. All that belongs to editing (grid, gizmo, icons,
 * outlines, cursors) is drawn over it and is never part of SceneView's scene.
 */
export class Viewport {
  readonly #options: ViewportOptions;
  readonly #assets: RestAssetSource;
  readonly #stage: Stage;
  readonly #overlay = new Scene();
  readonly #loop: RenderLoop;
  readonly #navigation: Navigation;
  readonly #gestures: Gestures;
  readonly #gizmo: Gizmo;
  readonly #grid = new Grid();
  readonly #outline = new Outline();
  readonly #helpers: Helpers;
  readonly #cursors = new Cursors();
  readonly #picker: Picker;
  readonly #ownPresence: OwnPresence;
  readonly #noticeListeners = new Listeners();
  readonly #stops: (() => void)[] = [];
  #view: SceneView;
  #notice: string | null = null;

  constructor(options: ViewportOptions) {
    this.#options = options;
    const { diorama, session, store, state, canEdit } = options;
    const node = (id: string) => store.node(id);
    const show = (id: string, pose: LivePose | null) => {
      this.#view.setLivePose(id, pose);
      this.#loop.request();
    };
    this.#assets = new RestAssetSource({ assets: diorama.assets, dracoDecoderPath: DRACO_PATH });
    this.#stage = new Stage(() => this.#resized());
    this.#loop = new RenderLoop(() => this.#draw());
    this.#navigation = new Navigation(this.#stage.canvas, this.#loop, () => this.#ownPresence.viewMoved());
    this.#picker = new Picker(this.#stage.canvas, this.#navigation.camera);
    this.#ownPresence = new OwnPresence(session, this.#navigation, (x, y) => this.#pointAt(x, y));
    this.#view = this.#newView();
    this.#helpers = new Helpers({ store, objectOf: (id) => this.#view.objectOf(id) });
    this.#gestures = new Gestures({ session, node, canEdit, show });
    this.#gizmo = new Gizmo({
      camera: this.#navigation.camera,
      element: this.#stage.canvas,
      overlay: this.#overlay,
      store,
      state,
      canEdit,
      gestures: this.#gestures,
      requestRender: () => this.#loop.request(),
      onBusy: (busy) => {
        this.#navigation.enabled = !busy;
      },
    });
    const othersLive = new OthersLive({
      targets: () => session.live.others,
      isOwn: (id) => this.#gestures.pose(id) !== undefined,
      start: (id) => node(id)?.pose,
      show: (id, pose) => this.#view.setLivePose(id, pose),
    });
    this.#overlay.add(this.#grid.object, this.#helpers.object);
    this.#loop.addStep((seconds) => othersLive.step(seconds));
    this.#loop.addStep((seconds) => this.#cursors.step(seconds));
    this.#stage.element.append(this.#cursors.element);
    this.#listen();
  }

  /** Puts the view into the page. Returns how to take it out again. */
  mount(host: HTMLElement): () => void {
    host.append(this.#stage.element);
    this.#gizmo.update();
    this.#lookAtFirst();
    return () => this.#stage.element.remove();
  }

  /** Something the person should know about the view; null when there is nothing. */
  get notice(): string | null {
    return this.#notice;
  }

  readonly onNotice = (callback: () => void): (() => void) => this.#noticeListeners.add(callback);

  /** Brings nodes, or everything, to fill the view. */
  frame(ids: readonly string[], glide = true): void {
    const box = new Box3();
    for (const id of ids.length > 0 ? ids : this.#options.store.nodes.keys())
      this.#addTo(box, id, ids.length > 0);
    this.#navigation.frame(box, glide);
  }

  /** On the ground in the middle of the view, or else below what the view turns around. */
  placeInView(): Vec3 {
    const { left, top, width, height } = this.#stage.canvas.getBoundingClientRect();
    const ground = this.#picker.ground(left + width / 2, top + height / 2);
    const { x, z } = this.#navigation.target;
    const near = ground !== null && ground.distanceTo(this.#navigation.camera.position) < 60;
    return near ? ground.toArray() : [x, 0, z];
  }

  /** Where something that is dropped on the view goes: on what is there, or on the ground. */
  dropPoint(clientX: number, clientY: number): Vec3 {
    return this.#pointAt(clientX, clientY) ?? this.placeInView();
  }

  /** The view as a render job takes it. */
  explicitCamera(): CameraConfig {
    const { camera } = this.#navigation;
    return {
      mode: 'explicit',
      ...this.#navigation.view,
      up: [0, 1, 0],
      yfov: MathUtils.degToRad(camera.fov),
      znear: camera.near,
      zfar: camera.far,
    };
  }

  /** Looks from where a camera node stands. */
  lookThrough(id: string): void {
    const { store } = this.#options;
    const node = store.node(id);
    const world = worldMatrix(id, store.tree(), (each) => store.node(each));
    const position = new Vector3().setFromMatrixPosition(world);
    const { rotation } = transformOfMatrix(world);
    const direction = new Vector3(0, 0, -1).applyQuaternion(new Quaternion(...rotation));
    const distance = Math.max(1, position.distanceTo(this.#contentBox().getCenter(new Vector3())));
    if (node?.kind === 'camera' && node.camera.type === 'perspective')
      this.#navigation.setFov(node.camera.yfov);
    this.#navigation.goToView({
      position: position.toArray(),
      target: position.clone().addScaledVector(direction, distance).toArray(),
    });
  }

  /** The view's place and direction in the space of a node's parent. */
  poseOfViewFor(id: string): Partial<Pose> {
    const { store } = this.#options;
    const tree = store.tree();
    const parent = worldMatrix(tree.parentOf(id), tree, (each) => store.node(each));
    const { translation, rotation } = transformOfMatrix(
      new Matrix4().multiplyMatrices(parent.invert(), this.#navigation.camera.matrixWorld),
    );
    return { translation, rotation };
  }

  goToViewOf(clientId: number): void {
    const view = this.#options.session.presence.others.get(clientId)?.view;
    if (view !== undefined) this.#navigation.goToView(view);
  }

  /** A node's pose in anybody's gesture under way. */
  liveTransform(id: string): LivePose | undefined {
    return this.#gestures.pose(id) ?? this.#options.session.live.others.get(id);
  }

  readonly onLive = (callback: () => void): (() => void) => this.#gestures.onChange(callback);

  get liveVersion(): number {
    return this.#gestures.version;
  }

  /** Part of a gesture that is made elsewhere, such as in the inspector. */
  scrub(id: string, patch: Partial<LivePose>): void {
    if (!this.#gestures.active && !this.#gestures.begin()) return;
    const pose = this.#gestures.poseWith(id, patch);
    if (pose !== undefined) this.#gestures.move({ [id]: pose });
    this.#gizmo.update();
  }

  endScrub(keep: boolean): void {
    if (keep) this.#gestures.commit();
    else this.#gestures.cancel();
  }

  /** Gives up the drag under way; returns whether there was one. */
  cancelDrag(): boolean {
    return this.#gizmo.cancel() || this.#gestures.cancel();
  }

  /** Where a point of the world is on the page, in CSS pixels: for scripts. */
  toPage(point: Vec3): { x: number; y: number } {
    const { left, top, width, height } = this.#stage.canvas.getBoundingClientRect();
    this.#navigation.camera.updateMatrixWorld();
    const { x, y } = new Vector3(...point).project(this.#navigation.camera);
    return { x: left + ((x + 1) / 2) * width, y: top + ((1 - y) / 2) * height };
  }

  /** The camera's place and what it turns around, in the world. */
  get cameraView(): { readonly position: Vec3; readonly target: Vec3 } {
    return this.#navigation.view;
  }

  dispose(): void {
    this.#gestures.cancel();
    for (const stop of this.#stops) stop();
    this.#loop.dispose();
    this.#ownPresence.dispose();
    this.#gizmo.dispose();
    this.#navigation.dispose();
    this.#helpers.dispose();
    this.#grid.dispose();
    this.#outline.dispose();
    this.#view.dispose();
    this.#assets.dispose();
    this.#stage.dispose();
  }

  #newView(): SceneView {
    return new SceneView({ scene: this.#options.session.scene, assets: this.#assets });
  }

  #listen(): void {
    const { session, store, state } = this.#options;
    const refresh = () => this.#gizmo.update();
    this.#stops.push(
      listenToPointer(this.#stage.canvas, {
        onClick: (event) => this.#click(event),
        onHover: (event) => this.#ownPresence.pointerAt(event.clientX, event.clientY),
        onLeave: () => this.#ownPresence.pointerLeft(),
        isTaken: () => this.#gizmo.busy,
      }),
      state.subscribe(refresh),
      store.onChange(refresh),
      session.on('welcome', refresh),
      session.on('presence', (others) => {
        this.#cursors.update(others);
        this.#loop.request();
      }),
      session.on('reset', () => {
        this.#view.dispose();
        this.#view = this.#newView();
        refresh();
      }),
    );
  }

  #click(event: PointerEvent): void {
    const { state } = this.#options;
    const id = this.#nodeAt(event.clientX, event.clientY);
    const adds = event.shiftKey || event.ctrlKey || event.metaKey;
    if (id === null) {
      if (!adds) state.select([]);
    } else if (adds) state.toggle(id);
    else state.select([id]);
  }

  #nodeAt(clientX: number, clientY: number): string | null {
    const icon = this.#picker.hit(clientX, clientY, this.#helpers.icons);
    if (icon !== null) return this.#helpers.nodeOf(icon.object) ?? null;
    const hit = this.#picker.hit(clientX, clientY, [this.#view.scene]);
    return hit === null ? null : (this.#view.nodeOf(hit.object) ?? null);
  }

  #pointAt(clientX: number, clientY: number): Vec3 | null {
    const hit = this.#picker.hit(clientX, clientY, [this.#view.scene]);
    return (hit?.point ?? this.#picker.ground(clientX, clientY))?.toArray() ?? null;
  }

  #resized(): void {
    const { width, height, pixelRatio } = this.#stage;
    this.#navigation.resize(width, height);
    this.#outline.resize(Math.round(width * pixelRatio), Math.round(height * pixelRatio), pixelRatio);
    // At once: the browser has emptied the canvas, and a frame without a picture would flicker.
    this.#draw();
  }

  #draw(): void {
    const { camera } = this.#navigation;
    const { renderer, width, height } = this.#stage;
    const { state, session } = this.#options;
    const colors = selectionColors(state.value.selection, session.presence.others);
    this.#grid.update(camera);
    this.#view.scene.updateMatrixWorld();
    this.#helpers.update(colors);
    renderer.autoClear = true;
    renderer.render(this.#view.scene, camera);
    renderer.autoClear = false;
    renderer.render(this.#overlay, camera);
    this.#outline.render(
      renderer,
      camera,
      [...colors].flatMap(([id, color]) => {
        const object = this.#view.objectOf(id);
        return object === undefined ? [] : [{ object, color }];
      }),
    );
    this.#cursors.place(camera, width, height);
  }

  #addTo(box: Box3, id: string, always: boolean): void {
    const object = this.#view.objectOf(id);
    if (object === undefined) return;
    const own = new Box3().setFromObject(object);
    if (!own.isEmpty()) box.union(own);
    else if (always)
      box.union(
        new Box3().setFromCenterAndSize(
          object.getWorldPosition(new Vector3()),
          new Vector3().setScalar(POINT_SIZE),
        ),
      );
  }

  #contentBox(): Box3 {
    const box = new Box3();
    for (const id of this.#options.store.tree().roots) this.#addTo(box, id, false);
    return box.isEmpty() ? box.set(new Vector3(-1, 0, -1), new Vector3(1, 1, 1)) : box;
  }

  /** The first look at a scene: through its camera, or at all of it. */
  #lookAtFirst(): void {
    if (this.#navigation.touched) return;
    const { activeCamera } = this.#options.store.settings();
    if (activeCamera !== null && this.#options.store.node(activeCamera)?.kind === 'camera')
      this.lookThrough(activeCamera);
    else this.frame([], false);
  }
}
