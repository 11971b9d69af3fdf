import { DioramaError, SceneDoc, type RenderTask } from '@diorama/shared';
import { SceneView } from '@diorama/shared/scene-view';
import * as Y from 'yjs';
import type { GltfModelLoader } from '../assets/gltf-loader.js';
import { ObjectAssetSource } from '../assets/object-asset-source.js';
import { cameraOf } from './camera-of.js';
import { encode } from './encode.js';
import type { ObjectReader, ObjectWriter } from './objects.js';
import type { Pixels, RenderBackend } from './render-backend.js';

export interface SceneRendererOptions {
  readonly backend: RenderBackend;
  readonly objects: ObjectReader & ObjectWriter;
  readonly models: GltfModelLoader;
}

export type OnProgress = (progress: number, stage: string) => void;

/** How far a job is when a step begins, by what the steps take of a usual job. */
const LOADING = 0.05;
const DRAWING = 0.6;
const ENCODING = 0.85;
const STORING = 0.95;

/** Takes render tasks, one after the other, from the pinned document to the stored picture. */
export class SceneRenderer {
  readonly #options: SceneRendererOptions;

  constructor(options: SceneRendererOptions) {
    this.#options = options;
  }

  /** Renders and stores one picture; resolves with what it lacks. Throws DioramaError. */
  async render(task: RenderTask, onProgress: OnProgress): Promise<string[]> {
    const { objects, models, backend } = this.#options;
    onProgress(0.01, 'opening the scene');
    const scene = new SceneDoc(await this.#open(task.snapshot_key));
    const assets = new ObjectAssetSource({ assets: task.assets, objects, models });
    const view = new SceneView({ scene, assets, environments: backend.environments });
    try {
      const warnings = await this.#load(view, onProgress);
      onProgress(DRAWING, 'drawing');
      const pixels = this.#draw(view, task);
      onProgress(ENCODING, 'encoding');
      const file = await encode(pixels, task.output_format, task.transparent_background);
      onProgress(STORING, 'storing');
      await objects.write(task.output_key, file);
      return warnings;
    } finally {
      view.dispose();
      scene.doc.destroy();
    }
  }

  async #open(key: string): Promise<Y.Doc> {
    const doc = new Y.Doc();
    const state = await this.#options.objects.read(key);
    try {
      Y.applyUpdateV2(doc, state);
    } catch (cause) {
      throw new DioramaError('scene_load_failed', 'The pinned state of the scene cannot be read', { cause });
    }
    return doc;
  }

  async #load(view: SceneView, onProgress: OnProgress): Promise<string[]> {
    const total = view.pending;
    const report = (): void => {
      const done = total - view.pending;
      onProgress(LOADING + (DRAWING - LOADING) * (done / total), `loading ${done}/${total} assets`);
    };
    if (total === 0) return view.settled();
    report();
    const stop = view.onChange(report);
    const warnings = await view.settled();
    stop();
    return warnings;
  }

  #draw(view: SceneView, task: RenderTask): Pixels {
    const [width, height] = task.resolution;
    const transparent = task.transparent_background;
    view.update();
    const camera = cameraOf(view, task.camera_config, width / height);
    return this.#options.backend.draw({
      width,
      height,
      camera,
      transparent,
      paint: (renderer) => {
        view.applySettings(renderer);
        if (transparent) view.scene.background = null;
        renderer.render(view.scene, camera);
      },
    });
  }
}
