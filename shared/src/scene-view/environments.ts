import { PMREMGenerator, type Texture, type WebGLCubeRenderTarget, type WebGLRenderer } from 'three';
import { RoomEnvironment } from 'three/addons/environments/RoomEnvironment.js';

const STUDIO_BLUR = 0.04;
const STUDIO_KEY = 'studio';
/** Each holds some 6 MB on the GPU. */
const KEPT = 4;

/**
 * Image-based light for one renderer, filtered once for each environment and kept while it is among the last few.
 *
 * Filtering costs 0.2 to 1 s on a software renderer. Whoever draws many scenes (the worker) gives all of them one.
 */
export class Environments {
  readonly #renderer: WebGLRenderer;
  readonly #filtered = new Map<string, WebGLCubeRenderTarget>();

  constructor(renderer: WebGLRenderer) {
    this.#renderer = renderer;
  }

  /** A generated room with soft boxes. */
  studio(): Texture {
    return this.#get(STUDIO_KEY, (generator) => {
      const room = new RoomEnvironment();
      try {
        return generator.fromScene(room, STUDIO_BLUR);
      } finally {
        room.dispose();
      }
    });
  }

  /** An equirectangular picture, by the id of its asset: assets never change. */
  equirect(assetId: string, texture: Texture): Texture {
    return this.#get(assetId, (generator) => generator.fromEquirectangular(texture));
  }

  dispose(): void {
    for (const target of this.#filtered.values()) target.dispose();
    this.#filtered.clear();
  }

  #get(key: string, make: (generator: PMREMGenerator) => WebGLCubeRenderTarget): Texture {
    const known = this.#filtered.get(key);
    if (known !== undefined) {
      this.#filtered.delete(key);
      this.#filtered.set(key, known);
      return known.texture;
    }
    const renderTarget = this.#renderer.getRenderTarget();
    const generator = new PMREMGenerator(this.#renderer);
    const made = make(generator);
    generator.dispose();
    this.#renderer.setRenderTarget(renderTarget);
    this.#filtered.set(key, made);
    for (const [oldest, target] of this.#filtered) {
      if (this.#filtered.size <= KEPT) break;
      target.dispose();
      this.#filtered.delete(oldest);
    }
    return made.texture;
  }
}
