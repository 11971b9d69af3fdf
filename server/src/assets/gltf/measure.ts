import { DioramaError, type ModelMetadata, type Vec3 } from '@diorama/shared';
import {
  type Accessor,
  type Document,
  MathUtils,
  type mat4,
  type Node,
  Primitive,
  type Skin,
} from '@gltf-transform/core';
import type { InstancedMesh } from '@gltf-transform/extensions';
import type { AssetLimits } from '../limits.js';

export type Measured = Pick<ModelMetadata, 'vertices' | 'triangles' | 'bounding_box'>;

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

/** How many triangles `count` vertices make; lines and points make none. */
function trianglesOf(primitive: Primitive): number {
  const count = primitive.getIndices()?.getCount() ?? primitive.getAttribute('POSITION')?.getCount() ?? 0;
  switch (primitive.getMode()) {
    case Primitive.Mode.TRIANGLES:
      return Math.floor(count / 3);
    case Primitive.Mode.TRIANGLE_STRIP:
    case Primitive.Mode.TRIANGLE_FAN:
      return Math.max(0, count - 2);
    default:
      return 0;
  }
}

/** Where a node draws its mesh: once, or once for each EXT_mesh_gpu_instancing instance. */
function drawsOf(node: Node): mat4[] {
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

/** Indices are checked again after decoding: the validator does not look into compressed data. */
function checkIndices(primitive: Primitive, vertices: number): void {
  const indices = primitive.getIndices()?.getArray();
  if (indices == null) return;
  for (const index of indices)
    if (index >= vertices)
      throw new DioramaError('asset_invalid', `An index names vertex ${index} of ${vertices}`);
}

/**
 * Counts what the default scene draws, a mesh once for each node and instance that shows it, and takes its bounding box
 * in world space, vertex by vertex. Throws `asset_too_large` beyond the limit, `asset_invalid` for a stray index.
 */
export function measure(document: Document, limits: AssetLimits): Measured {
  const root = document.getRoot();
  const scene = root.getDefaultScene() ?? root.listScenes()[0];
  const bounds: Bounds = { min: [Infinity, Infinity, Infinity], max: [-Infinity, -Infinity, -Infinity] };
  const positionsOf = new Map<Accessor, Float32Array>();
  let vertices = 0;
  let triangles = 0;

  for (const mesh of root.listMeshes())
    for (const primitive of mesh.listPrimitives())
      checkIndices(primitive, primitive.getAttribute('POSITION')?.getCount() ?? 0);

  scene?.traverse((node) => {
    const mesh = node.getMesh();
    if (mesh === null) return;
    const skin = node.getSkin();
    const draws = skin === null ? drawsOf(node) : [IDENTITY];
    const joints = skin === null ? undefined : jointMatrices(skin);
    for (const primitive of mesh.listPrimitives()) {
      const accessor = primitive.getAttribute('POSITION');
      if (accessor === null) continue;
      vertices += accessor.getCount() * draws.length;
      triangles += trianglesOf(primitive) * draws.length;
      if (vertices > limits.drawnVertices)
        throw new DioramaError('asset_too_large', `It draws more than ${limits.drawnVertices} vertices`);
      const positions = positionsOf.get(accessor) ?? elementsOf(accessor);
      positionsOf.set(accessor, positions);
      if (joints !== undefined) expandSkinned(bounds, primitive, joints, positions);
      else
        for (const matrix of draws)
          for (let v = 0; v < positions.length / 3; v++) expand(bounds, matrix, positions, v);
    }
  });
  const finite = [...bounds.min, ...bounds.max].every(Number.isFinite);
  return { vertices, triangles, bounding_box: finite ? bounds : null };
}
