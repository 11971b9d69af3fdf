import type { AnimationClip, Group, Texture } from 'three';

/** A parsed model. SceneView clones it for every node and never changes it. */
export interface LoadedModel {
  readonly scene: Group;
  readonly animations: AnimationClip[];
  /** What of the model could not be had, such as an image: one sentence each. */
  readonly problems?: readonly string[];
}

/**
 * Where SceneView gets what the document refers to. Every promise may reject: what is missing becomes a warning and a
 * placeholder. The same asset may be asked for again after it was freed, so a source may keep what it has parsed.
 */
export interface AssetSource {
  loadModel(assetId: string, variant: string | null): Promise<LoadedModel>;
  /** A texture with glTF's orientation: the first row of texels is at v = 0, `flipY` false. */
  loadTexture(assetId: string): Promise<Texture>;
  /** An equirectangular picture: HDR and EXR as 32-bit floats, others as 8-bit sRGB. */
  loadEnvironment(assetId: string): Promise<Texture>;
}
