import type { Box3, Object3D } from 'three';
import type { SceneNode } from '../scene/node.js';
import type { GeometryPool } from './geometry-pool.js';
import type { Loads } from './loads.js';
import type { MaterialPool } from './material-pool.js';
import type { ModelPool } from './model-pool.js';

/** What contents share. */
export interface ContentContext {
  readonly geometries: GeometryPool;
  readonly materials: MaterialPool;
  readonly models: ModelPool;
  readonly loads: Loads;
  /** The picture changed outside of an edit, by something that has loaded. */
  readonly changed: () => void;
}

/** What a node shows, below the object that carries its pose. */
export interface Content<N extends SceneNode = SceneNode> {
  readonly object: Object3D;
  /** In the node's own space; empty when it has no surface. */
  readonly bounds: Box3;
  readonly castsShadow: boolean;
  update(node: N): void;
  /** Moves what is animated to a time in seconds. */
  setTime?(seconds: number): void;
  dispose(): void;
}
