import type { SceneView } from '@diorama/client-sdk/three';
import type { CommentThread, Vec3 } from '@diorama/shared';
import { Vector3 } from 'three';

import type { Helpers } from './helpers.js';
import type { Navigation } from './navigation.js';
import { Picker } from './picker.js';

export interface PlacesOptions {
  /** What shows the view. */
  readonly element: HTMLElement;
  readonly navigation: Pick<Navigation, 'camera' | 'target'>;
  readonly helpers: Pick<Helpers, 'icons' | 'nodeOf'>;
  readonly view: () => Pick<SceneView, 'scene' | 'nodeOf' | 'objectOf' | 'update'>;
}

type Anchor = CommentThread['anchor'];

/** Ground that is farther from the camera is where the horizon is, not where things are put: metres. */
const FARTHEST_PLACE = 60;

/** What and where in the scene a place on the page is, and back. On the page in CSS pixels, in the world in metres. */
export class Places {
  readonly #options: PlacesOptions;
  readonly #picker: Picker;

  constructor(options: PlacesOptions) {
    this.#options = options;
    this.#picker = new Picker(options.element, options.navigation.camera);
  }

  /** The node that is seen there, by its icon or by itself. */
  nodeAt(clientX: number, clientY: number): string | null {
    const { helpers, view } = this.#options;
    const icon = this.#picker.hit(clientX, clientY, helpers.icons);
    if (icon !== null) return helpers.nodeOf(icon.object) ?? null;
    const hit = this.#picker.hit(clientX, clientY, [view().scene]);
    return hit === null ? null : (view().nodeOf(hit.object) ?? null);
  }

  /** A point of what is there, or of the ground; null where there is only sky. */
  pointAt(clientX: number, clientY: number): Vec3 | null {
    const hit = this.#picker.hit(clientX, clientY, [this.#options.view().scene]);
    return (hit?.point ?? this.#picker.ground(clientX, clientY))?.toArray() ?? null;
  }

  /** What is there: a point of a node, else of the ground. */
  anchorAt(clientX: number, clientY: number): Anchor {
    const id = this.nodeAt(clientX, clientY);
    const object = id === null ? undefined : this.#options.view().objectOf(id);
    if (id === null || object === undefined)
      return { node: null, point: this.#picker.ground(clientX, clientY)?.toArray() ?? this.inView() };
    const hit = this.#picker.hit(clientX, clientY, [object]);
    const point = hit === null ? [0, 0, 0] : object.worldToLocal(hit.point.clone()).toArray();
    // What is flat in one direction has no inverse; its middle is as good a place.
    return { node: id, point: point.every(Number.isFinite) ? (point as Vec3) : [0, 0, 0] };
  }

  /** Where a comment goes that is about a node as a whole, or about the scene. */
  anchorOf(id: string | undefined): Anchor {
    return id !== undefined && this.#options.view().objectOf(id) !== undefined
      ? { node: id, point: [0, 0, 0] }
      : { node: null, point: this.inView() };
  }

  /** Where something that is dropped on the view goes: on what is there, or on the ground. */
  dropPoint(clientX: number, clientY: number): Vec3 {
    return this.pointAt(clientX, clientY) ?? this.inView();
  }

  /** On the ground in the middle of the view, or else below what the view turns around. */
  inView(): Vec3 {
    const { element, navigation } = this.#options;
    const { left, top, width, height } = element.getBoundingClientRect();
    const ground = this.#picker.ground(left + width / 2, top + height / 2);
    const { x, z } = navigation.target;
    const near = ground !== null && ground.distanceTo(navigation.camera.position) < FARTHEST_PLACE;
    return near ? ground.toArray() : [x, 0, z];
  }

  /** Where an anchor is in the world now; null when its node is not there. */
  worldOf({ node, point }: Anchor): Vec3 | null {
    if (node === null) return point;
    const object = this.#options.view().objectOf(node);
    return object?.localToWorld(new Vector3(...point)).toArray() ?? null;
  }

  /** Where a point of the world is on the page: for scripts. */
  toPage(point: Vec3): { x: number; y: number } {
    const { element, navigation } = this.#options;
    const { left, top, width, height } = element.getBoundingClientRect();
    navigation.camera.updateMatrixWorld();
    const { x, y } = new Vector3(...point).project(navigation.camera);
    return { x: left + ((x + 1) / 2) * width, y: top + ((1 - y) / 2) * height };
  }

  /** Where a node is shown in the world now, in the middle of drags, too: for scripts. */
  shownAt(id: string): Vec3 | null {
    const view = this.#options.view();
    view.update();
    return view.objectOf(id)?.getWorldPosition(new Vector3()).toArray() ?? null;
  }
}
