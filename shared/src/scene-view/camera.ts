import { MathUtils, OrthographicCamera, PerspectiveCamera } from 'three';
import type { Camera } from '../scene/camera.js';

export type SceneCamera = PerspectiveCamera | OrthographicCamera;

export function createCamera(camera: Camera): SceneCamera {
  const made = camera.type === 'perspective' ? new PerspectiveCamera() : new OrthographicCamera();
  applyCamera(made, camera);
  return made;
}

export function applyCamera(to: SceneCamera, camera: Camera): void {
  to.near = camera.znear;
  // A far plane before the near one would turn depth over.
  to.far = Math.max(camera.zfar, camera.znear * 1.001 + 1e-3);
  if (camera.type === 'perspective') {
    (to as PerspectiveCamera).fov = MathUtils.radToDeg(camera.yfov);
  } else {
    const ortho = to as OrthographicCamera;
    ortho.userData['mag'] = [camera.xmag, camera.ymag];
    ortho.left = -camera.xmag;
    ortho.right = camera.xmag;
    ortho.top = camera.ymag;
    ortho.bottom = -camera.ymag;
  }
  to.updateProjectionMatrix();
}

/** Fits a camera to a picture of `aspect` (width / height). An orthographic one keeps its whole field in view. */
export function fitAspect(camera: SceneCamera, aspect: number): void {
  if (camera instanceof PerspectiveCamera) {
    camera.aspect = aspect;
  } else {
    const [xmag, ymag] = (camera.userData['mag'] as [number, number] | undefined) ?? [
      camera.right,
      camera.top,
    ];
    const halfHeight = Math.max(ymag, xmag / aspect);
    camera.top = halfHeight;
    camera.bottom = -halfHeight;
    camera.right = halfHeight * aspect;
    camera.left = -camera.right;
  }
  camera.updateProjectionMatrix();
}
