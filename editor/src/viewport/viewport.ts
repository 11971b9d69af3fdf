import { LiveMotion, type Diorama, type SceneSession } from '@diorama/client-sdk';
import { configureRenderer, RestAssetSource, SceneView } from '@diorama/client-sdk/three';
import type { CommentThread, LivePose, Vec3 } from '@diorama/shared';
import { Scene, Vector3 } from 'three';

import { CommentPins } from '../comments/comment-pins.js';
import type { Comments } from '../state/editor-context.js';
import type { EditorState } from '../state/editor-state.js';
import type { SceneStore } from '../state/scene-store.js';
import { CameraWork } from './camera-work.js';
import { Cursors } from './cursors.js';
import { Gestures } from './gestures.js';
import { Gizmo } from './gizmo.js';
import { Grid } from './grid.js';
import { Helpers } from './helpers.js';
import { selectionColors } from './highlight-colors.js';
import { LoadNotice } from './load-notice.js';
import { Navigation } from './navigation.js';
import { Outline } from './outline.js';
import { OwnPresence } from './own-presence.js';
import { Picker } from './picker.js';
import { listenToPointer } from './pointer.js';
import { RenderLoop } from './render-loop.js';
import { Stage } from './stage.js';

export interface ViewportOptions {
  readonly diorama: Diorama;
  readonly session: SceneSession;
  readonly store: SceneStore;
  readonly state: EditorState;
  readonly comments: Pick<Comments, 'store' | 'state'>;
  readonly canEdit: () => boolean;
}

/** Served beside the editor (vite.config.ts). */
const DRACO_PATH = '/draco/';
/** Ground that is farther from the camera is where the horizon is, not where things are put: metres. */
const FARTHEST_PLACE = 60;

/**
 * The 3D view of one open scene, outside of React.
 *
 * SceneView makes the picture, the same that the render worker makes. All that belongs to editing (grid, gizmo, icons,
 * outlines, cursors) is drawn over it and is never part of SceneView's scene.
 */
export class Viewport {
  readonly camera: CameraWork;
  readonly notice = new LoadNotice();
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
  readonly #pins: CommentPins;
  readonly #picker: Picker;
  readonly #ownPresence: OwnPresence;
  readonly #stops: (() => void)[] = [];
  #view: SceneView;

  constructor(options: ViewportOptions) {
    this.#options = options;
    const { diorama, session, store, state, canEdit } = options;
    const node = (id: string) => store.node(id);
    const show = (id: string, pose: LivePose | null) => this.#view.setLivePose(id, pose);
    this.#assets = new RestAssetSource({ assets: diorama.assets, dracoDecoderPath: DRACO_PATH });
    this.#stage = new Stage(() => this.#resized());
    configureRenderer(this.#stage.renderer);
    this.#loop = new RenderLoop(() => this.#draw());
    this.#navigation = new Navigation(this.#stage.canvas, this.#loop);
    this.#picker = new Picker(this.#stage.canvas, this.#navigation.camera);
    this.#ownPresence = new OwnPresence(session, this.#navigation, (x, y) => this.#pointAt(x, y));
    this.#navigation.onMoved(() => this.#ownPresence.viewMoved());
    this.#view = this.#newView();
    this.camera = new CameraWork({ navigation: this.#navigation, store, view: () => this.#view });
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
    const othersLive = new LiveMotion({
      targets: () => session.live.others,
      isOwn: (id) => this.#gestures.pose(id) !== undefined,
      start: (id) => node(id)?.pose,
      show,
    });
    this.#overlay.add(this.#grid.object, this.#helpers.object);
    this.#loop.addStep((seconds) => othersLive.step(seconds));
    this.#loop.addStep((seconds) => this.#cursors.step(seconds));
    this.#pins = new CommentPins({ ...options.comments, worldOf: (anchor) => this.#worldOf(anchor) });
    this.#stage.element.append(this.#pins.element, this.#cursors.element);
    this.#pins.update();
    this.#listen();
  }

  /** Puts the view into the page. Returns how to take it out again. */
  mount(host: HTMLElement): () => void {
    host.append(this.#stage.element);
    this.#stage.resize();
    this.#gizmo.update();
    this.camera.lookAtFirst();
    // Models have a size only when they are there.
    void this.#view.settled().then(() => this.camera.lookAtFirst());
    return () => this.#stage.element.remove();
  }

  /** On the ground in the middle of the view, or else below what the view turns around. */
  placeInView(): Vec3 {
    const { left, top, width, height } = this.#stage.canvas.getBoundingClientRect();
    const ground = this.#picker.ground(left + width / 2, top + height / 2);
    const { x, z } = this.#navigation.target;
    const near = ground !== null && ground.distanceTo(this.#navigation.camera.position) < FARTHEST_PLACE;
    return near ? ground.toArray() : [x, 0, z];
  }

  /** Where something that is dropped on the view goes: on what is there, or on the ground. */
  dropPoint(clientX: number, clientY: number): Vec3 {
    return this.#pointAt(clientX, clientY) ?? this.placeInView();
  }

  /** Where a comment goes that is about a node as a whole, or about the scene. */
  anchorOf(id: string | undefined): CommentThread['anchor'] {
    return id !== undefined && this.#view.objectOf(id) !== undefined
      ? { node: id, point: [0, 0, 0] }
      : { node: null, point: this.placeInView() };
  }

  /** Brings what a comment is about into the middle of the view. */
  goToAnchor(anchor: CommentThread['anchor']): void {
    const point = this.#worldOf(anchor);
    if (point !== null) this.camera.lookAt(point);
  }

  goToViewOf(clientId: number): void {
    const view = this.#options.session.presence.others.get(clientId)?.view;
    if (view !== undefined) this.camera.lookAs(view);
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

  /** Where a node is shown in the world now, in the middle of drags, too: for scripts. */
  shownAt(id: string): Vec3 | null {
    this.#view.update();
    return this.#view.objectOf(id)?.getWorldPosition(new Vector3()).toArray() ?? null;
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
    const view = new SceneView({ scene: this.#options.session.scene, assets: this.#assets });
    view.onChange(() => {
      this.#stage.shadowsChanged();
      this.notice.update(view);
      this.#loop.request();
    });
    return view;
  }

  #listen(): void {
    const { session, store, state, comments } = this.#options;
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
      // A drag that may no longer end in a write ends at once, in the hand that holds it too.
      session.on('role', () => {
        if (!this.#options.canEdit()) this.cancelDrag();
        refresh();
      }),
      session.on('presence', (others) => {
        this.#cursors.update(others);
        this.#loop.request();
      }),
      comments.store.subscribe(() => this.#commentsChanged()),
      comments.state.subscribe(() => this.#commentsChanged()),
      session.on('reset', () => {
        this.#view.dispose();
        this.#view = this.#newView();
        this.#stage.shadowsChanged();
        refresh();
      }),
    );
  }

  #commentsChanged(): void {
    this.#stage.canvas.style.cursor = this.#options.comments.state.value.placing ? 'crosshair' : '';
    this.#pins.update();
    this.#loop.request();
  }

  #click(event: PointerEvent): void {
    const { state, comments } = this.#options;
    if (comments.state.value.placing) {
      comments.state.place(this.#anchorAt(event.clientX, event.clientY));
      return;
    }
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

  /** What is there: a point of a node, else of the ground. */
  #anchorAt(clientX: number, clientY: number): CommentThread['anchor'] {
    const id = this.#nodeAt(clientX, clientY);
    const object = id === null ? undefined : this.#view.objectOf(id);
    if (id === null || object === undefined)
      return { node: null, point: this.#picker.ground(clientX, clientY)?.toArray() ?? this.placeInView() };
    const hit = this.#picker.hit(clientX, clientY, [object]);
    const point = hit === null ? [0, 0, 0] : object.worldToLocal(hit.point.clone()).toArray();
    // What is flat in one direction has no inverse; its middle is as good a place.
    return { node: id, point: point.every(Number.isFinite) ? (point as Vec3) : [0, 0, 0] };
  }

  #worldOf({ node, point }: CommentThread['anchor']): Vec3 | null {
    if (node === null) return point;
    return (
      this.#view
        .objectOf(node)
        ?.localToWorld(new Vector3(...point))
        .toArray() ?? null
    );
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
    renderer.autoClear = true;
    this.#view.render(renderer, camera);
    renderer.autoClear = false;
    this.#grid.update(camera);
    this.#helpers.update(colors);
    renderer.render(this.#overlay, camera);
    this.#outline.render(
      renderer,
      camera,
      [...colors].flatMap(([id, color]) => {
        const object = this.#view.objectOf(id);
        return object === undefined ? [] : [{ object, color }];
      }),
    );
    this.#pins.place(camera, width, height);
    this.#cursors.place(camera, width, height);
  }
}
