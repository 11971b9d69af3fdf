import { PCFShadowMap, SRGBColorSpace, type WebGLRenderer } from 'three';

/** Sets up a renderer so that the editor and the worker draw alike. Call it once, before the first frame. */
export function configureRenderer(renderer: WebGLRenderer): void {
  renderer.outputColorSpace = SRGBColorSpace;
  renderer.shadowMap.enabled = true;
  // Since r182 this is the soft one: hardware comparison and a rotated disk of samples.
  renderer.shadowMap.type = PCFShadowMap;
  renderer.setClearColor(0x000000, 1);
}
