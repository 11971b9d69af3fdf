import type { Vec3 } from '@diorama/shared';
import {
  type Accessor,
  MathUtils,
  type mat4,
  type Node,
  type Primitive,
  type Skin,
} from '@gltf-transform/core';
import type { InstancedMesh } from '@gltf-transform/extensions';

type Bounds = { min: Vec3; max: Vec3 };

const IDENTITY: mat4 = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

function multiply(a: mat4, b: mat4): mat4 {
  const out = new Array<number>(16).fill(0);
  for (let column = 0; column < 4; column++)
    for (let row = 0; row < 4; row++)
      for (let k = 0; k < 4; k++)
        out[column * 4 + row]! += (a[k * 4 + row] as number) * (b[column * 4 + k] as number);
  return out as mat4;
}

function elementsOf(accessor: Accessor): Float32Array {
  const size = accessor.getElementSize();
  const all = new Float32Array(accessor.getCount() * size);
  const one: number[] = [];
  for (let i = 0; i < accessor.getCount(); i++) all.set(accessor.getElement(i, one), i * size);
  return all;
}

function expand(bounds: Bounds, m: mat4, positions: Float32Array, index: number): void {
  const x = positions[index * 3] as number;
  const y = positions[index * 3 + 1] as number;
  const z = positions[index * 3 + 2] as number;
  for (let row = 0; row < 3; row++) {
    const value =
      (m[row] as number) * x +
      (m[4 + row] as number) * y +
      (m[8 + row] as number) * z +
      (m[12 + row] as number);
    if (value < (bounds.min[row] as number)) bounds.min[row] = value;
    if (value > (bounds.max[row] as number)) bounds.max[row] = value;
  }
}

/** Where a node draws its mesh: once, or once for each EXT_mesh_gpu_instancing instance. */
export function drawsOf(node: Node): mat4[] {
  const world = node.getWorldMatrix();
  const instances = node.getExtension<InstancedMesh>('EXT_mesh_gpu_instancing');
  if (instances === null) return [world];
  const [translation, rotation, scale] = ['TRANSLATION', 'ROTATION', 'SCALE'].map((name) =>
    instances.getAttribute(name),
  );
  const count = (translation ?? rotation ?? scale)?.getCount() ?? 0;
  return Array.from({ length: count }, (_, i) => {
    const t = (translation?.getElement(i, []) ?? [0, 0, 0]) as [number, number, number];
    const r = (rotation?.getElement(i, []) ?? [0, 0, 0, 1]) as [number, number, number, number];
    const s = (scale?.getElement(i, []) ?? [1, 1, 1]) as [number, number, number];
    return multiply(world, MathUtils.compose(t, r, s, [...IDENTITY] as mat4));
  });
}

/** A skinned mesh stands where its joints put it: its node's own transform is ignored (glTF 2.0 §3.7.3.3). */
function jointMatrices(skin: Skin): mat4[] {
  const inverse = skin.getInverseBindMatrices();
  return skin
    .listJoints()
    .map((joint, i) => multiply(joint.getWorldMatrix(), (inverse?.getElement(i, []) ?? IDENTITY) as mat4));
}

function expandSkinned(
  bounds: Bounds,
  primitive: Primitive,
  joints: readonly mat4[],
  positions: Float32Array,
): void {
  const sets = [0, 1].flatMap((set) => {
    const j = primitive.getAttribute(`JOINTS_${set}`);
    const w = primitive.getAttribute(`WEIGHTS_${set}`);
    return j && w ? [[elementsOf(j), elementsOf(w)] as const] : [];
  });
  for (let v = 0; v < positions.length / 3; v++) {
    const blended = new Array<number>(16).fill(0);
    for (const [joint, weight] of sets)
      for (let k = v * 4; k < v * 4 + 4; k++) {
        const matrix = joints[joint[k] as number];
        const amount = weight[k] as number;
        if (matrix !== undefined && amount !== 0)
          for (let cell = 0; cell < 16; cell++) blended[cell]! += amount * (matrix[cell] as number);
      }
    expand(bounds, blended as mat4, positions, v);
  }
}

/** A primitive as a node shows it. */
export interface Drawn {
  readonly primitive: Primitive;
  readonly position: Accessor;
  /** Where it is drawn; once for each instance. */
  readonly at: readonly mat4[];
  /** null when it is not skinned. */
  readonly skin: Skin | null;
}

/** The box around everything drawn, vertex by vertex in world space; null around nothing. */
export function boundsOf(drawn: readonly Drawn[]): Bounds | null {
  const bounds: Bounds = { min: [Infinity, Infinity, Infinity], max: [-Infinity, -Infinity, -Infinity] };
  const positionsOf = new Map<Accessor, Float32Array>();
  for (const { primitive, position, at, skin } of drawn) {
    const positions = positionsOf.get(position) ?? elementsOf(position);
    positionsOf.set(position, positions);
    if (skin !== null) expandSkinned(bounds, primitive, jointMatrices(skin), positions);
    else
      for (const matrix of at)
        for (let v = 0; v < positions.length / 3; v++) expand(bounds, matrix, positions, v);
  }
  return [...bounds.min, ...bounds.max].every(Number.isFinite) ? bounds : null;
}
