import { BoxGeometry, DataTexture, Group, Mesh, MeshStandardMaterial } from 'three';
import { SceneDoc } from '../../src/document/scene-doc.js';
import type { AssetSource } from '../../src/scene-view/ports.js';
import { SceneView } from '../../src/scene-view/scene-view.js';

export const MODEL = 'ast_model';
export const TEXTURE = 'ast_texture';

/** Assets that are made at once; everything else is missing. */
class MadeAssets implements AssetSource {
  loads = 0;

  async loadModel(assetId: string) {
    this.loads++;
    if (assetId !== MODEL) throw new Error('there is no such asset');
    const scene = new Group();
    const material = new MeshStandardMaterial({ name: 'paint' });
    scene.add(new Mesh(new BoxGeometry(2, 2, 2), material));
    return Promise.resolve({ scene, animations: [] });
  }

  async loadTexture(assetId: string) {
    this.loads++;
    if (assetId !== TEXTURE) throw new Error('there is no such asset');
    return Promise.resolve(new DataTexture(new Uint8Array(4), 1, 1));
  }

  loadEnvironment(): Promise<never> {
    throw new Error('there is no such asset');
  }
}

/** A scene and the view of it. */
export function openView(scene = new SceneDoc()) {
  const assets = new MadeAssets();
  const view = new SceneView({ scene, assets });
  const meshOf = (id: string): Mesh => {
    const found: Mesh[] = [];
    view.objectOf(id)?.traverse((object) => {
      if (object instanceof Mesh) found.push(object as Mesh);
    });
    const [mesh] = found;
    if (mesh === undefined) throw new Error(`${id} shows no mesh`);
    return mesh;
  };
  return { scene, assets, view, meshOf };
}

/** A pose there. */
export const at = (x: number, y = 0, z = 0) => ({ translation: [x, y, z] as [number, number, number] });
