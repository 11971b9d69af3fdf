import type { Environments, SceneCamera } from '@diorama/shared/scene-view';
import type { WebGLRenderer } from 'three';

/** RGBA, 8 bits a channel, sRGB-encoded, rows from the top, colours not multiplied with alpha. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export interface DrawRequest {
  readonly width: number;
  readonly height: number;
  /** Draws the scene once into the renderer's current target; called for every tile. */
  readonly paint: (renderer: WebGLRenderer) => void;
  /** Gets a view offset while a tile is drawn. */
  readonly camera: SceneCamera;
  /** Alpha 0 where nothing was drawn, instead of black. */
  readonly transparent: boolean;
}

/** What turns three.js scenes into pixels. One is built: headless-gl. */
export interface RenderBackend {
  /** Driver and version, for the log. */
  readonly name: string;
  /** Filtered environments, kept from job to job. */
  readonly environments: Environments;
  draw(request: DrawRequest): Pixels;
}
