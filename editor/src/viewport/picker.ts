import { type Camera, type Object3D, Plane, Raycaster, Vector2, Vector3 } from 'three';

/** Where the pointer meets the scene. */
export interface Hit {
  readonly point: Vector3;
  readonly object: Object3D;
}

const GROUND = new Plane(new Vector3(0, 1, 0), 0);
/** A ray that nearly misses the ground meets it beyond what anyone means. */
const FARTHEST_GROUND = 200;

/** Turns pointer positions into rays and rays into hits. */
export class Picker {
  readonly #raycaster = new Raycaster();
  readonly #element: HTMLElement;
  readonly #camera: Camera;

  constructor(element: HTMLElement, camera: Camera) {
    this.#element = element;
    this.#camera = camera;
  }

  /** The nearest visible hit below the given roots. Lines and points are not hit: they are decoration. */
  hit(clientX: number, clientY: number, roots: readonly Object3D[]): Hit | null {
    this.#aim(clientX, clientY);
    const hits = this.#raycaster.intersectObjects([...roots], true);
    const first = hits.find(
      ({ object }) => !('isLine' in object) && !('isPoints' in object) && isShown(object),
    );
    return first === undefined ? null : { point: first.point, object: first.object };
  }

  /** Where the ray meets the ground plane y = 0. */
  ground(clientX: number, clientY: number): Vector3 | null {
    this.#aim(clientX, clientY);
    const point = this.#raycaster.ray.intersectPlane(GROUND, new Vector3());
    return point !== null && point.distanceTo(this.#raycaster.ray.origin) < FARTHEST_GROUND ? point : null;
  }

  #aim(clientX: number, clientY: number): void {
    const { left, top, width, height } = this.#element.getBoundingClientRect();
    const at = new Vector2(((clientX - left) / width) * 2 - 1, 1 - ((clientY - top) / height) * 2);
    this.#raycaster.setFromCamera(at, this.#camera);
  }
}

function isShown(object: Object3D): boolean {
  for (let at: Object3D | null = object; at !== null; at = at.parent) if (!at.visible) return false;
  return true;
}
