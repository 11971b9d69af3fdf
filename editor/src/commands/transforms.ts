import { type Pose, type SceneNode, type SceneTree } from '@diorama/shared';
import { Matrix4, Quaternion, Vector3 } from 'three';

type Transform = Pick<Pose, 'translation' | 'rotation' | 'scale'>;

export function matrixOfPose(pose: Transform): Matrix4 {
  return new Matrix4().compose(
    new Vector3(...pose.translation),
    new Quaternion(...pose.rotation),
    new Vector3(...pose.scale),
  );
}

/** Translation, rotation and scale of a matrix. A sheared matrix loses its shear: a pose cannot hold one. */
export function transformOfMatrix(matrix: Matrix4): Transform {
  const position = new Vector3();
  const rotation = new Quaternion();
  const scale = new Vector3();
  matrix.decompose(position, rotation, scale);
  return {
    translation: position.toArray(),
    rotation: rotation.normalize().toArray(),
    scale: scale.toArray(),
  };
}

/** From the space of the children of `id` to the world; null is the root. */
export function worldMatrix(
  id: string | null,
  tree: SceneTree,
  node: (id: string) => SceneNode | undefined,
): Matrix4 {
  const matrix = new Matrix4();
  for (let at = id; at !== null; at = tree.parentOf(at)) {
    const pose = node(at)?.pose;
    if (pose !== undefined) matrix.premultiply(matrixOfPose(pose));
  }
  return matrix;
}
