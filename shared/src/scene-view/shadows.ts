import {
  type Box3,
  DirectionalLight,
  MathUtils,
  Matrix4,
  PointLight,
  SpotLight,
  Vector3,
  type OrthographicCamera,
} from 'three';
import type { ShadowLight } from './light.js';

/** Every shadow takes one of the 16 texture units that WebGL 2 promises, beside a material's own textures. */
export const MAX_SHADOW_LIGHTS = 4;

const DIRECTIONAL_MAP = 2048;
const SPOT_MAP = 1024;
const POINT_MAP = 512;
/** Softness, in texels of the map. */
const RADIUS = { directional: 2.5, spot: 2.5, point: 2 } as const;

export interface ShadowBounds {
  /** What casts, without floors. */
  readonly casters: Box3;
  /** Everything that may catch a shadow. */
  readonly receivers: Box3;
}

const rank = (light: ShadowLight): number =>
  light instanceof DirectionalLight ? 0 : light instanceof SpotLight ? 1 : 2;

/** The lights that get a shadow, of those that want one, in id order: suns first, then spots, then points. */
export function chooseShadowLights(lights: readonly ShadowLight[]): Set<ShadowLight> {
  return new Set([...lights].sort((a, b) => rank(a) - rank(b)).slice(0, MAX_SHADOW_LIGHTS));
}

/** Fits a light's shadow to the scene. Depends on the scene alone, so that all who draw it see the same shadow. */
export function fitShadow(light: ShadowLight, bounds: ShadowBounds): void {
  if (bounds.receivers.isEmpty()) return;
  if (light instanceof DirectionalLight) fitDirectional(light, bounds);
  else fitLocal(light, bounds);
}

const corner = new Vector3();
function* cornersOf({ min, max }: Box3): Generator<Vector3> {
  for (let i = 0; i < 8; i++)
    yield corner.set(i & 1 ? max.x : min.x, i & 2 ? max.y : min.y, i & 4 ? max.z : min.z);
}

/** Sideways the map covers the casters: nothing else throws a shadow. In depth it covers what catches them, too. */
function fitDirectional(light: DirectionalLight, { casters, receivers }: ShadowBounds): void {
  const { camera } = light.shadow;
  const position = new Vector3().setFromMatrixPosition(light.matrixWorld);
  const target = new Vector3().setFromMatrixPosition(light.target.matrixWorld);
  // As LightShadow.updateMatrices places the camera.
  camera.position.copy(position);
  camera.lookAt(target);
  camera.updateMatrixWorld();
  const toLight = new Matrix4().copy(camera.matrixWorld).invert();
  const low = new Vector3(Infinity, Infinity, Infinity);
  const high = new Vector3(-Infinity, -Infinity, -Infinity);
  for (const point of cornersOf(casters.isEmpty() ? receivers : casters)) {
    point.applyMatrix4(toLight);
    low.min(point);
    high.max(point);
  }
  let [near, far] = [-high.z, -low.z];
  for (const point of cornersOf(receivers)) far = Math.max(far, -point.applyMatrix4(toLight).z);
  const width = Math.max(high.x - low.x, high.y - low.y, 1e-3);
  const texel = width / DIRECTIONAL_MAP;
  const border = texel * 4 + width * 0.01;
  const depth = Math.max(far - near, 1e-3);
  near -= depth * 0.01;
  far += depth * 0.01;
  setPlanes(camera, low.x - border, high.x + border, low.y - border, high.y + border, near, far);
  light.shadow.mapSize.set(DIRECTIONAL_MAP, DIRECTIONAL_MAP);
  light.shadow.radius = RADIUS.directional;
  light.shadow.normalBias = texel * 2;
  light.shadow.bias = -(texel * 0.5) / (depth * 1.02);
}

function setPlanes(
  camera: OrthographicCamera,
  left: number,
  right: number,
  bottom: number,
  top: number,
  near: number,
  far: number,
): void {
  Object.assign(camera, { left, right, bottom, top, near, far });
  camera.updateProjectionMatrix();
}

function fitLocal(light: SpotLight | PointLight, { receivers }: ShadowBounds): void {
  const position = new Vector3().setFromMatrixPosition(light.matrixWorld);
  let farthest = 0;
  for (const point of cornersOf(receivers)) farthest = Math.max(farthest, point.distanceTo(position));
  const far = light.distance > 0 ? light.distance : Math.max(farthest * 1.01, 0.1);
  const { shadow } = light;
  shadow.camera.near = Math.max(far * 0.005, 0.01);
  shadow.camera.far = far;
  shadow.camera.updateProjectionMatrix();
  const size = light instanceof PointLight ? POINT_MAP : SPOT_MAP;
  shadow.mapSize.set(size, size);
  shadow.radius = light instanceof PointLight ? RADIUS.point : RADIUS.spot;
  const halfAngle = light instanceof PointLight ? MathUtils.degToRad(45) : light.angle;
  const typical = Math.min(far, Math.max(receivers.distanceToPoint(position), far * 0.25));
  const texel = (2 * Math.tan(Math.min(halfAngle, 1.5)) * typical) / size;
  shadow.normalBias = texel * 2;
  shadow.bias = -0.0004;
}
