import type { LivePose, SceneDoc } from '@diorama/shared';
import { type Object3D, Scene } from 'three';

/** Stands in until `@diorama/client-sdk/three` has the real one. */
export class SceneView {
  readonly scene = new Scene();
  constructor(_options: { scene: SceneDoc; assets: unknown }) {}
  objectOf(_id: string): Object3D | undefined {
    return undefined;
  }
  nodeOf(_object: Object3D): string | undefined {
    return undefined;
  }
  setLivePose(_id: string, _pose: LivePose | null): void {}
  dispose(): void {}
}
