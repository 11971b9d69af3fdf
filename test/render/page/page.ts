import { RestAssetSource } from '@diorama/client-sdk/three';
import { SceneDoc } from '@diorama/shared';
import { configureRenderer, fitAspect, SceneView } from '@diorama/shared/scene-view';
import { WebGLRenderer } from 'three';
import * as Y from 'yjs';

/** What the test evaluates: draws the served document as the editor does, and gives the canvas as a data URI. */
async function draw(
  cameraId: string,
  width: number,
  height: number,
): Promise<{ url: string; warnings: string[] }> {
  const response = await fetch('/objects/scene');
  const doc = new Y.Doc();
  Y.applyUpdateV2(doc, new Uint8Array(await response.arrayBuffer()));
  const assets = new RestAssetSource({
    assets: { content: (assetId: string) => fetch(`/objects/${assetId}`) },
    dracoDecoderPath: '/draco/',
  });
  const view = new SceneView({ scene: new SceneDoc(doc), assets });
  const renderer = new WebGLRenderer({ antialias: true, preserveDrawingBuffer: true });
  renderer.setSize(width, height);
  configureRenderer(renderer);
  const warnings = await view.settled();
  const camera = view.cameraOf(cameraId);
  if (camera === undefined) throw new Error(`${cameraId} is not a camera`);
  fitAspect(camera, width / height);
  view.render(renderer, camera);
  return { url: renderer.domElement.toDataURL('image/png'), warnings };
}

Object.assign(globalThis, { draw });
