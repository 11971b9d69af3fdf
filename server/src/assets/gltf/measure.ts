import { DioramaError, type ModelMetadata } from '@diorama/shared';
import { type Document, Primitive } from '@gltf-transform/core';
import type { AssetLimits } from '../limits.js';
import { boundsOf, drawsOf, type Drawn } from './bounds.js';

export type Measured = Pick<ModelMetadata, 'vertices' | 'triangles' | 'bounding_box'>;

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

/** Indices are checked again after decoding: the validator does not look into compressed data. */
function checkIndices(primitive: Primitive, vertices: number): void {
  const indices = primitive.getIndices()?.getArray() as ArrayLike<number> | null | undefined;
  if (indices == null) return;
  for (let at = 0; at < indices.length; at++)
    if ((indices[at] ?? 0) >= vertices)
      throw new DioramaError('asset_invalid', `An index names vertex ${indices[at]} of ${vertices}`);
}

function drawnBy(document: Document): Drawn[] {
  const root = document.getRoot();
  const scene = root.getDefaultScene() ?? root.listScenes()[0];
  const drawn: Drawn[] = [];
  scene?.traverse((node) => {
    const mesh = node.getMesh();
    if (mesh === null) return;
    const at = drawsOf(node);
    for (const primitive of mesh.listPrimitives()) {
      const position = primitive.getAttribute('POSITION');
      if (position !== null) drawn.push({ primitive, position, at, skin: node.getSkin() });
    }
  });
  return drawn;
}

/**
 * Counts what the default scene draws, a mesh once for each node and instance that shows it, and takes its bounding box.
 *
 * Throws `asset_too_large` beyond the limit, `asset_invalid` for a stray index.
 */
export function measure(document: Document, limits: AssetLimits): Measured {
  for (const mesh of document.getRoot().listMeshes())
    for (const primitive of mesh.listPrimitives())
      checkIndices(primitive, primitive.getAttribute('POSITION')?.getCount() ?? 0);
  const drawn = drawnBy(document);
  let vertices = 0;
  let triangles = 0;
  for (const { primitive, position, at } of drawn) {
    vertices += position.getCount() * at.length;
    triangles += trianglesOf(primitive) * at.length;
  }
  if (vertices > limits.drawnVertices)
    throw new DioramaError(
      'asset_too_large',
      `It draws ${vertices} vertices; at most ${limits.drawnVertices} are allowed`,
    );
  return { vertices, triangles, bounding_box: boundsOf(drawn) };
}
