import type { GeometryType, LightType, SceneNodeInput } from '@diorama/shared';
import { Euler, Matrix4, Quaternion, Vector3 } from 'three';

/** One thing that the Add menu offers. */
export interface Addable {
  readonly id: string;
  readonly label: string;
  readonly node: SceneNodeInput;
  /** Height of its origin above the ground that it stands on, metres. */
  readonly lift: number;
}

export interface AddableGroup {
  readonly label: string;
  readonly items: readonly Addable[];
}

const primitive = (type: GeometryType, label: string, lift: number): Addable => ({
  id: type,
  label,
  lift,
  node: { kind: 'primitive', name: label, geometry: { type } },
});

type Quat = [number, number, number, number];

/** Lights and cameras look along −Z: this turns that to `target`. */
function lookingAt(from: Vector3, target: Vector3): Quat {
  const matrix = new Matrix4().lookAt(from, target, new Vector3(0, 1, 0));
  return new Quaternion().setFromRotationMatrix(matrix).toArray();
}

const DOWN = new Quaternion().setFromEuler(new Euler(-Math.PI / 2, 0, 0)).toArray();

const light = (type: LightType, label: string, lift: number, rotation: Quat = [0, 0, 0, 1]): Addable => ({
  id: type,
  label,
  lift,
  node: { kind: 'light', name: label, light: { type }, pose: { rotation } },
});

export const ADDABLE: readonly AddableGroup[] = [
  {
    label: 'Shapes',
    items: [
      primitive('box', 'Box', 0.5),
      primitive('sphere', 'Sphere', 0.5),
      primitive('plane', 'Plane', 0),
      primitive('cylinder', 'Cylinder', 0.5),
      primitive('cone', 'Cone', 0.5),
      primitive('torus', 'Torus', 0.7),
      primitive('capsule', 'Capsule', 0.5),
      primitive('torusKnot', 'Torus knot', 0.75),
      primitive('icosahedron', 'Icosahedron', 0.5),
      primitive('circle', 'Disc', 0),
    ].map(layFlat),
  },
  {
    label: 'Lights',
    items: [
      light('directional', 'Sun', 3, lookingAt(new Vector3(2, 4, 3), new Vector3())),
      light('point', 'Point light', 2),
      light('spot', 'Spot light', 3, DOWN),
      light('rectArea', 'Area light', 2.5, DOWN),
      light('hemisphere', 'Sky light', 3),
      light('ambient', 'Ambient light', 3),
    ],
  },
  {
    label: 'Other',
    items: [
      {
        id: 'camera',
        label: 'Camera',
        lift: 0,
        node: { kind: 'camera', name: 'Camera', camera: { type: 'perspective' } },
      },
      { id: 'group', label: 'Group', lift: 0, node: { kind: 'group', name: 'Group' } },
    ],
  },
];

/** three's planes and discs stand upright; people who add one expect a floor. */
function layFlat(item: Addable): Addable {
  return item.id === 'plane' || item.id === 'circle'
    ? { ...item, node: { ...item.node, pose: { rotation: DOWN } } }
    : item;
}
