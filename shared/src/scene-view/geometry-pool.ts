import type { BufferGeometry } from 'three';
import type { Geometry } from '../scene/geometry.js';
import { buildGeometry, geometryKey } from './geometry.js';
import { RefPool } from './ref-pool.js';

/** Equal primitives share one geometry. */
export class GeometryPool {
  readonly #pool = new RefPool<BufferGeometry>((geometry) => geometry.dispose());

  get size(): number {
    return this.#pool.size;
  }

  acquire(geometry: Geometry): BufferGeometry {
    return this.#pool.acquire(geometryKey(geometry), () => buildGeometry(geometry));
  }

  release(geometry: Geometry): void {
    this.#pool.release(geometryKey(geometry));
  }

  dispose(): void {
    this.#pool.clear();
  }
}
