import { type Object3D, type PerspectiveCamera, Scene, type WebGLRenderer } from 'three';

import type { SceneStore } from '../state/scene-store.js';
import { Grid } from './grid.js';
import { Helpers } from './helpers.js';
import { Outline } from './outline.js';

export interface OverlayOptions {
  readonly store: SceneStore;
  /** The object that SceneView made of a node. */
  readonly objectOf: (id: string) => Object3D | undefined;
}

/** What belongs to editing and is drawn over the picture: the grid, icons, outlines, and what is added to `scene`. */
export class Overlay {
  readonly scene = new Scene();
  readonly helpers: Helpers;
  readonly #grid = new Grid();
  readonly #outline = new Outline();
  readonly #objectOf: OverlayOptions['objectOf'];

  constructor({ store, objectOf }: OverlayOptions) {
    this.#objectOf = objectOf;
    this.helpers = new Helpers({ store, objectOf });
    this.scene.add(this.#grid.object, this.helpers.object);
  }

  /** In CSS pixels. */
  resize(width: number, height: number, pixelRatio: number): void {
    this.#outline.resize(Math.round(width * pixelRatio), Math.round(height * pixelRatio), pixelRatio);
  }

  /** Draws over what is there. `colors` are those of who has selected which nodes. */
  render(renderer: WebGLRenderer, camera: PerspectiveCamera, colors: ReadonlyMap<string, string>): void {
    renderer.autoClear = false;
    this.#grid.update(camera);
    this.helpers.update(colors);
    renderer.render(this.scene, camera);
    this.#outline.render(
      renderer,
      camera,
      [...colors].flatMap(([id, color]) => {
        const object = this.#objectOf(id);
        return object === undefined ? [] : [{ object, color }];
      }),
    );
  }

  dispose(): void {
    this.helpers.dispose();
    this.#grid.dispose();
    this.#outline.dispose();
  }
}
