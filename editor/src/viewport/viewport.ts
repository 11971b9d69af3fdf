import { LiveMotion, type Diorama, type SceneSession } from '@diorama/client-sdk';
import { configureRenderer, RestAssetSource, SceneView } from '@diorama/client-sdk/three';
import type { CommentThread, LivePose, Presence } from '@diorama/shared';

import { CommentPins } from '../comments/comment-pins.js';
import type { Comments } from '../state/editor-context.js';
import type { EditorState } from '../state/editor-state.js';
import type { Past } from '../state/past.js';
import type { SceneStore } from '../state/scene-store.js';
import { CameraWork } from './camera-work.js';
import { Cursors } from './cursors.js';
import { Gestures } from './gestures.js';
import { Gizmo } from './gizmo.js';
import { selectionColors } from './highlight-colors.js';
import { LoadNotice } from './load-notice.js';
import { Navigation } from './navigation.js';
import { Overlay } from './overlay.js';
import { OwnPresence } from './own-presence.js';
import { Places } from './places.js';
import { listenToPointer } from './pointer.js';
import { RenderLoop } from './render-loop.js';
import { Stage } from './stage.js';

export interface ViewportOptions {
  readonly diorama: Diorama;
  readonly session: SceneSession;
  readonly store: SceneStore;
  readonly state: EditorState;
  readonly comments: Pick<Comments, 'store' | 'state'>;
  /** What is shown in place of the session's scene. */
  readonly past: Pick<Past, 'get' | 'subscribe'>;
  readonly canEdit: () => boolean;
}

/** Served beside the editor (vite.config.ts). */
const DRACO_PATH = '/draco/';

const NOBODY: ReadonlyMap<number, Presence> = new Map();

/**
 * The 3D view of one open scene, outside of React.
 *
 * SceneView makes the picture, the same that the render worker makes. All that belongs to editing (the overlay, the gizmo in it,
 * pins and cursors) is drawn over it and is never part of SceneView's scene.
 */
export class Viewport {
  readonly camera: CameraWork;
  readonly notice = new LoadNotice();
  readonly gestures: Gestures;
  readonly places: Places;
  readonly #options: ViewportOptions;
  readonly #assets: RestAssetSource;
  readonly #stage: Stage;
  readonly #overlay: Overlay;
  readonly #loop: RenderLoop;
  readonly #navigation: Navigation;
  readonly #gizmo: Gizmo;
  readonly #cursors = new Cursors();
  readonly #pins: CommentPins;
  readonly #ownPresence: OwnPresence;
  readonly #stops: (() => void)[] = [];
  #view: SceneView;

  constructor(options: ViewportOptions) {
    this.#options = options;
    const { diorama, session, store, state, canEdit } = options;
    const node = (id: string) => store.node(id);
    const show = (id: string, pose: LivePose | null) => {
      // What others drag now was somewhere else then.
      if (this.#isNow) this.#view.setLivePose(id, pose);
    };
    this.#assets = new RestAssetSource({ assets: diorama.assets, dracoDecoderPath: DRACO_PATH });
    this.#stage = new Stage(() => this.#resized());
    configureRenderer(this.#stage.renderer);
    this.#loop = new RenderLoop(() => this.#draw());
    this.#navigation = new Navigation(this.#stage.canvas, this.#loop);
    this.#ownPresence = new OwnPresence(session, this.#navigation, (x, y) => this.places.pointAt(x, y));
    this.#navigation.onMoved(() => this.#ownPresence.viewMoved());
    this.#view = this.#newView();
    this.camera = new CameraWork({ navigation: this.#navigation, store, view: () => this.#view });
    this.#overlay = new Overlay({ store, objectOf: (id) => this.#view.objectOf(id) });
    this.places = new Places({
      element: this.#stage.canvas,
      navigation: this.#navigation,
      helpers: this.#overlay.helpers,
      view: () => this.#view,
    });
    this.gestures = new Gestures({
      session,
      node,
      canEdit,
      show,
      othersPose: (id) => (this.#isNow ? session.live.others.get(id) : undefined),
    });
    this.#gizmo = new Gizmo({
      camera: this.#navigation.camera,
      element: this.#stage.canvas,
      overlay: this.#overlay.scene,
      store,
      state,
      canEdit,
      gestures: this.gestures,
      requestRender: () => this.#loop.request(),
      onBusy: (busy) => {
        this.#navigation.enabled = !busy;
      },
    });
    const othersLive = new LiveMotion({
      targets: () => session.live.others,
      isOwn: (id) => this.gestures.pose(id) !== undefined,
      start: (id) => node(id)?.pose,
      show,
    });
    this.#loop.addStep((seconds) => othersLive.step(seconds));
    this.#loop.addStep((seconds) => this.#cursors.step(seconds));
    this.#pins = new CommentPins({ ...options.comments, worldOf: (anchor) => this.places.worldOf(anchor) });
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

  /** Brings what a comment is about into the middle of the view. */
  goToAnchor(anchor: CommentThread['anchor']): void {
    const point = this.places.worldOf(anchor);
    if (point !== null) this.camera.lookAt(point);
  }

  goToViewOf(clientId: number): void {
    const view = this.#options.session.presence.others.get(clientId)?.view;
    if (view !== undefined) this.camera.lookAs(view);
  }

  /** Gives up the drag under way; returns whether there was one. */
  cancelDrag(): boolean {
    return this.#gizmo.cancel() || this.gestures.cancel();
  }

  dispose(): void {
    this.gestures.cancel();
    for (const stop of this.#stops) stop();
    this.#loop.dispose();
    this.#ownPresence.dispose();
    this.#gizmo.dispose();
    this.#navigation.dispose();
    this.#overlay.dispose();
    this.#view.dispose();
    this.#assets.dispose();
    this.#stage.dispose();
  }

  get #isNow(): boolean {
    return this.#options.past.get() === null;
  }

  #newView(): SceneView {
    const { past, session } = this.#options;
    const view = new SceneView({ scene: past.get()?.scene ?? session.scene, assets: this.#assets });
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
        if (this.#isNow) this.#replaceView();
      }),
      this.#options.past.subscribe(() => {
        this.cancelDrag();
        comments.state.set({ placing: false });
        // People and comments are of now.
        this.#pins.element.hidden = this.#cursors.element.hidden = !this.#isNow;
        this.#replaceView();
      }),
    );
  }

  /** Another document is shown. */
  #replaceView(): void {
    this.#view.dispose();
    this.#view = this.#newView();
    this.#stage.shadowsChanged();
    this.notice.update(this.#view);
    this.#gizmo.update();
  }

  #commentsChanged(): void {
    this.#stage.canvas.style.cursor = this.#options.comments.state.value.placing ? 'crosshair' : '';
    this.#pins.update();
    this.#loop.request();
  }

  #click(event: PointerEvent): void {
    const { state, comments } = this.#options;
    if (comments.state.value.placing) {
      comments.state.place(this.places.anchorAt(event.clientX, event.clientY));
      return;
    }
    const id = this.places.nodeAt(event.clientX, event.clientY);
    const adds = event.shiftKey || event.ctrlKey || event.metaKey;
    if (id === null) {
      if (!adds) state.select([]);
    } else if (adds) state.toggle(id);
    else state.select([id]);
  }

  #resized(): void {
    const { width, height, pixelRatio } = this.#stage;
    this.#navigation.resize(width, height);
    this.#overlay.resize(width, height, pixelRatio);
    // At once: the browser has emptied the canvas, and a frame without a picture would flicker.
    this.#draw();
  }

  #draw(): void {
    const { camera } = this.#navigation;
    const { renderer, width, height } = this.#stage;
    const { state, session } = this.#options;
    const others = this.#isNow ? session.presence.others : NOBODY;
    const colors = selectionColors(state.value.selection, others);
    renderer.autoClear = true;
    this.#view.render(renderer, camera);
    this.#overlay.render(renderer, camera, colors);
    this.#pins.place(camera, width, height);
    this.#cursors.place(camera, width, height);
  }
}
