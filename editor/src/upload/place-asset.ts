import type { Asset, SceneDoc, Vec3 } from '@diorama/shared';

import { uniqueName } from '../commands/unique-name.js';

/** Height of an image that becomes a picture in the scene, metres. */
const PICTURE_HEIGHT = 1;

/** "chairs/old chair.glb" → "old chair". */
export function nameOfFile(path: string): string {
  const file = path.split('/').at(-1) ?? path;
  return file.replace(/\.[a-z0-9]{1,5}$/i, '') || file;
}

/**
 * Puts an uploaded asset into the scene: a model to stand on `at`, an image as an upright picture there, an
 * environment as the scene's light. Returns the new node, if there is one.
 */
export function placeAsset(scene: SceneDoc, asset: Asset, at: Vec3): string | null {
  const taken = [...scene.nodes().values()].map((node) => node.name);
  const name = uniqueName(nameOfFile(asset.name), taken);
  switch (asset.asset_type) {
    case 'model': {
      const box = asset.metadata.kind === 'model' ? asset.metadata.bounding_box : null;
      const lift = box === null ? 0 : -box.min[1];
      return scene.addNode({
        kind: 'model',
        name,
        asset: asset.asset_id,
        pose: { translation: [at[0], at[1] + lift, at[2]] },
      });
    }
    case 'image': {
      const { metadata } = asset;
      const aspect = metadata.kind === 'image' && metadata.height > 0 ? metadata.width / metadata.height : 1;
      const material = scene.addMaterial({
        name,
        baseColor: [1, 1, 1],
        baseColorTexture: asset.asset_id,
        roughness: 0.9,
        doubleSided: true,
        ...(metadata.kind === 'image' && metadata.has_alpha ? { alphaMode: 'BLEND' as const } : {}),
      });
      return scene.addNode({
        kind: 'primitive',
        name,
        material,
        geometry: { type: 'plane', width: PICTURE_HEIGHT * aspect, height: PICTURE_HEIGHT },
        pose: { translation: [at[0], at[1] + PICTURE_HEIGHT / 2, at[2]] },
      });
    }
    case 'environment': {
      const { environment } = scene.settings();
      const intensity = environment.type === 'none' ? 1 : environment.intensity;
      scene.setSettings({ environment: { type: 'asset', asset: asset.asset_id, intensity } });
      return null;
    }
  }
}
