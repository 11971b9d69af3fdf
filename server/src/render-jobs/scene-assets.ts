import { assetIdSchema, SceneDoc, type Material } from '@diorama/shared';
import type * as Y from 'yjs';

const isTexture = (key: string): key is Extract<keyof Material, `${string}Texture`> =>
  key.endsWith('Texture');

/** The assets that a picture of the scene may need: of models, of material textures, of the environment. */
export function assetsOfScene(doc: Y.Doc): Set<string> {
  const scene = new SceneDoc(doc);
  const found = new Set<string>();
  const add = (value: unknown): void => {
    const id = assetIdSchema.safeParse(value);
    if (id.success) found.add(id.data);
  };
  for (const node of scene.nodes().values()) if (node.kind === 'model') add(node.asset);
  for (const material of scene.materials().values())
    for (const [key, value] of Object.entries(material)) if (isTexture(key)) add(value);
  const { environment } = scene.settings();
  if (environment.type === 'asset') add(environment.asset);
  return found;
}
