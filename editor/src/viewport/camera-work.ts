import { frameBox, type SceneView } from '@diorama/client-sdk/three';
import type { CameraConfig, Pose, Presence, Vec3 } from '@diorama/shared';
import { Box3, MathUtils, Matrix4, Quaternion, Vector3 } from 'three';

import { transformOfMatrix, worldMatrix } from '../commands/transforms.js';
import type { SceneStore } from '../state/scene-store.js';
import type { Navigation } from './navigation.js';

export interface CameraWorkOptions {
  readonly navigation: Navigation;
  readonly store: SceneStore;
  readonly view: () => SceneView;
}

/** What lights and cameras, which have no size, count for when they are framed: metres. */
const POINT_SIZE = 0.6;

/** How much farther away the first look is than what just fits: a work place needs room around the work. */
const FIRST_LOOK_AIR = 0.35;

/** How near and far a point is looked at, in metres. */
const NEAREST_LOOK = 2;
const FARTHEST_LOOK = 8;

/** The shape of picture that a camera is set up for, as long as nothing says another. */
const PICTURE_ASPECT = 16 / 9;

/** The field of view with which a view that is narrower than the picture still holds all of it. Radians. */
const fovToHold = (yfov: number, aspect: number): number =>
  2 * Math.atan(Math.tan(yfov / 2) * Math.max(1, PICTURE_ASPECT / aspect));

/** Brings the view to things, and what the view sees to camera nodes and render jobs. */
export class CameraWork {
  readonly #options: CameraWorkOptions;

  constructor(options: CameraWorkOptions) {
    this.#options = options;
  }

  /** Brings nodes, or else all that the scene is about, to fill the view. */
  frame(ids: readonly string[]): void {
    const view = this.#options.view();
    this.#options.navigation.frame(ids.length > 0 ? this.#boxOf(ids) : view.subjectBox());
  }

  /** The first look at a scene: through its camera, or at all of it. Nothing once the person has moved the view. */
  lookAtFirst(): void {
    const { navigation, store, view } = this.#options;
    if (navigation.touched) return;
    const { activeCamera } = store.settings();
    if (activeCamera !== null && store.node(activeCamera)?.kind === 'camera') {
      this.#lookFrom(activeCamera, false);
    } else {
      const { camera } = navigation;
      const { position, target } = frameBox(
        view().subjectBox(),
        camera.aspect,
        MathUtils.degToRad(camera.fov),
      );
      navigation.goTo(position.lerp(target, -FIRST_LOOK_AIR), target, false);
    }
  }

  /** Looks from where a camera node stands. */
  lookThrough(id: string): void {
    this.#lookFrom(id, true);
  }

  /** Brings a point into the middle of the view, near enough to see what is there, without turning. */
  lookAt(point: Vec3): void {
    const { navigation } = this.#options;
    const target = new Vector3(...point);
    const arm = navigation.camera.position.clone().sub(navigation.target);
    navigation.goTo(target.clone().add(arm.clampLength(NEAREST_LOOK, FARTHEST_LOOK)), target, true);
  }

  lookAs({ position, target }: NonNullable<Presence['view']>): void {
    this.#options.navigation.goTo(new Vector3(...position), new Vector3(...target), true);
  }

  /** Where the view stands and what it turns around, in the world. */
  get view(): { readonly position: Vec3; readonly target: Vec3 } {
    return this.#options.navigation.view;
  }

  /** The view as a render job takes it. */
  explicitConfig(): CameraConfig {
    const { camera, view } = this.#options.navigation;
    return {
      mode: 'explicit',
      ...view,
      up: [0, 1, 0],
      yfov: MathUtils.degToRad(camera.fov),
      znear: camera.near,
      zfar: camera.far,
    };
  }

  /** The view's place and direction in the space of a node's parent. */
  poseFor(id: string): Partial<Pose> {
    const { store, navigation } = this.#options;
    const tree = store.tree();
    const parent = worldMatrix(tree.parentOf(id), tree, (each) => store.node(each));
    const { translation, rotation } = transformOfMatrix(
      new Matrix4().multiplyMatrices(parent.invert(), navigation.camera.matrixWorld),
    );
    return { translation, rotation };
  }

  #lookFrom(id: string, glide: boolean): void {
    const { store, navigation, view } = this.#options;
    const node = store.node(id);
    const world = worldMatrix(id, store.tree(), (each) => store.node(each));
    const position = new Vector3().setFromMatrixPosition(world);
    const direction = new Vector3(0, 0, -1).applyQuaternion(
      new Quaternion(...transformOfMatrix(world).rotation),
    );
    const subject = view().subjectBox();
    const distance = subject.isEmpty()
      ? 4
      : Math.max(1, position.distanceTo(subject.getCenter(new Vector3())));
    if (node?.kind === 'camera' && node.camera.type === 'perspective')
      navigation.setFov(fovToHold(node.camera.yfov, navigation.camera.aspect));
    navigation.goTo(position, position.clone().addScaledVector(direction, distance), glide);
  }

  #boxOf(ids: readonly string[]): Box3 {
    const view = this.#options.view();
    const box = view.boundingBox(ids);
    for (const id of ids) {
      const object = view.objectOf(id);
      if (object === undefined || !view.boundingBox([id]).isEmpty()) continue;
      const at = object.getWorldPosition(new Vector3());
      box.union(new Box3().setFromCenterAndSize(at, new Vector3().setScalar(POINT_SIZE)));
    }
    return box;
  }
}
