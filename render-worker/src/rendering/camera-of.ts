import { DioramaError, type CameraConfig } from '@diorama/shared';
import { fitAspect, type SceneCamera, type SceneView } from '@diorama/shared/scene-view';
import { MathUtils, PerspectiveCamera, Vector3 } from 'three';

/** The camera that a job asks for. Throws `camera_not_found`. */
export function cameraOf(view: SceneView, config: CameraConfig, aspect: number): SceneCamera {
  switch (config.mode) {
    case 'auto':
      return view.frame(aspect);
    case 'node': {
      const camera = view.cameraOf(config.node);
      if (camera === undefined)
        throw new DioramaError('camera_not_found', `Node ${config.node} is not a camera of the scene`, {
          issues: [{ pointer: '/camera_config/node', message: 'is not a camera node of the scene' }],
        });
      fitAspect(camera, aspect);
      return camera;
    }
    case 'explicit': {
      const camera = new PerspectiveCamera(
        MathUtils.radToDeg(config.yfov),
        aspect,
        config.znear,
        Math.max(config.zfar, config.znear * 1.001 + 1e-3),
      );
      camera.position.set(...config.position);
      camera.up.set(...config.up);
      camera.lookAt(new Vector3(...config.target));
      camera.updateMatrixWorld();
      return camera;
    }
  }
}
