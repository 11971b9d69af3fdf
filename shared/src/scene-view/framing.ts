import { type Box3, MathUtils, PerspectiveCamera, Vector3 } from 'three';

/** Air around what is framed. */
const MARGIN = 1.08;
/** From the front, somewhat to the right and above: the view of a product photograph. */
const DIRECTION = new Vector3(0.55, 0.42, 1).normalize();
const EMPTY_RADIUS = 1;

export interface Framing {
  readonly position: Vector3;
  readonly target: Vector3;
  readonly near: number;
  readonly far: number;
}

function cornersOf(box: Box3): Vector3[] {
  const { min, max } = box;
  return [0, 1, 2, 3, 4, 5, 6, 7].map(
    (i) => new Vector3(i & 1 ? max.x : min.x, i & 2 ? max.y : min.y, i & 4 ? max.z : min.z),
  );
}

/**
 * The nearest place from which all of `box` is in view, looking at its centre.
 *
 * `yfov` is the vertical field of view in radians, `direction` points from the box to the camera.
 */
export function frameBox(box: Box3, aspect: number, yfov: number, direction: Vector3 = DIRECTION): Framing {
  const shown = box.isEmpty()
    ? box.clone().setFromCenterAndSize(new Vector3(), new Vector3().setScalar(EMPTY_RADIUS))
    : box;
  const target = shown.getCenter(new Vector3());
  const z = direction.clone().normalize();
  const x = new Vector3(0, 1, 0).cross(z);
  if (x.lengthSq() < 1e-8) x.set(1, 0, 0);
  x.normalize();
  const y = z.clone().cross(x);
  const tanY = Math.tan(yfov / 2);
  const tanX = tanY * aspect;
  let distance = 0;
  for (const corner of cornersOf(shown)) {
    const d = corner.sub(target);
    const depth = d.dot(z);
    distance = Math.max(distance, depth + Math.abs(d.dot(x)) / tanX, depth + Math.abs(d.dot(y)) / tanY);
  }
  const radius = shown.getSize(new Vector3()).length() / 2 || EMPTY_RADIUS;
  distance = Math.max(distance, radius * 0.1) * MARGIN;
  return {
    position: target.clone().addScaledVector(z, distance),
    target,
    near: Math.max(distance - radius * 1.5, distance / 200),
    far: distance + radius * 20,
  };
}

/** A camera that frames `box`; see `frameBox`. */
export function frameCamera(box: Box3, aspect: number, yfov: number, direction?: Vector3): PerspectiveCamera {
  const { position, target, near, far } = frameBox(box, aspect, yfov, direction);
  const camera = new PerspectiveCamera(MathUtils.radToDeg(yfov), aspect, near, far);
  camera.position.copy(position);
  camera.lookAt(target);
  camera.updateMatrixWorld();
  return camera;
}
