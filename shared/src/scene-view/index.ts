export { fitAspect, type SceneCamera } from './camera.js';
export { Environments } from './environments.js';
export { frameBox, frameCamera, type Framing } from './framing.js';
export type { AssetSource, LoadedModel } from './ports.js';
export { configureRenderer } from './renderer.js';
export { SceneView, type SceneViewOptions } from './scene-view.js';
export { MAX_SHADOW_LIGHTS } from './shadows.js';
