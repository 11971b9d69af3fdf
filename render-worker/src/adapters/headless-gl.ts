import { configureRenderer, Environments } from '@diorama/shared/scene-view';
import { SRGBColorSpace, WebGLRenderer, WebGLRenderTarget } from 'three';
import type { DrawRequest, Pixels, RenderBackend } from '../rendering/render-backend.js';

/** The most that ANGLE on llvmpipe has. */
const SAMPLES = 4;
/** A multisampled target of this side holds 130 MB; larger pictures are drawn in tiles. */
const TILE = 2048;
const CONTEXT_SIDE = 16;

/** There is no WebGL 2 here; the message says what is missing. */
export class NoContextError extends Error {
  override readonly name = 'NoContextError';
}

async function createContext(): Promise<WebGL2RenderingContext> {
  // Loaded only now: the addon itself needs libraries that a machine may lack.
  const { default: create } = await import('gl').catch((cause: unknown) => {
    throw new NoContextError(`headless-gl cannot be loaded: ${String(cause)}`, { cause });
  });
  const options = { createWebGL2Context: true, preserveDrawingBuffer: true } as const;
  const context = create(CONTEXT_SIDE, CONTEXT_SIDE, options) as WebGL2RenderingContext | null;
  if (context === null) throw new NoContextError('headless-gl got no WebGL 2 context from the display');
  return context;
}

/** All that three.js asks of a canvas when it is given a context. */
const canvasStub = (context: WebGL2RenderingContext): HTMLCanvasElement =>
  ({
    width: CONTEXT_SIDE,
    height: CONTEXT_SIDE,
    style: {},
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    getContext: () => context,
  }) as unknown as HTMLCanvasElement;

/**
 * A target into which three.js draws as into a browser's canvas: tone-mapped, sRGB-encoded and blended so, multisampled.
 *
 * three.js does this for canvases and for WebXR's targets alone; into others it draws linear light, and a pass after
 * the fact blends and antialiases differently. So the target says that it is one of WebXR's. RGBA8 keeps the driver
 * from encoding a second time.
 */
function createTarget(width: number, height: number): WebGLRenderTarget {
  const target = new WebGLRenderTarget(width, height, {
    samples: SAMPLES,
    colorSpace: SRGBColorSpace,
    generateMipmaps: false,
  });
  target.texture.internalFormat = 'RGBA8';
  return Object.assign(target, { isXRRenderTarget: true });
}

/** Copies rows from the bottom of `tile` to the top of its place in `out`, dividing by alpha where there is any. */
function copyTile(tile: Uint8Array, size: { w: number; h: number }, out: Pixels, x: number, y: number): void {
  for (let row = 0; row < size.h; row++) {
    const from = (size.h - 1 - row) * size.w * 4;
    out.data.set(tile.subarray(from, from + size.w * 4), ((y + row) * out.width + x) * 4);
  }
}

/** What a browser does when it shows a canvas with premultiplied alpha. */
function divideByAlpha(data: Uint8Array): void {
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3] ?? 0;
    if (alpha === 0 || alpha === 255) continue;
    for (let c = i; c < i + 3; c++) data[c] = Math.min(255, Math.round(((data[c] ?? 0) * 255) / alpha));
  }
}

/** three.js on headless-gl. One context serves the whole life of the process: each that is made leaks. */
export class HeadlessGl implements RenderBackend {
  readonly name: string;
  readonly environments: Environments;
  readonly #renderer: WebGLRenderer;
  readonly #context: WebGL2RenderingContext;
  readonly #tile: number;

  private constructor(context: WebGL2RenderingContext) {
    this.#context = context;
    this.#renderer = new WebGLRenderer({ canvas: canvasStub(context), context, alpha: true });
    configureRenderer(this.#renderer);
    this.environments = new Environments(this.#renderer);
    this.name = [context.RENDERER, context.VERSION]
      .map((each) => String(context.getParameter(each)))
      .join(' · ');
    this.#tile = Math.min(TILE, Number(context.getParameter(context.MAX_RENDERBUFFER_SIZE)));
  }

  /** Throws NoContextError. */
  static async open(): Promise<HeadlessGl> {
    return new HeadlessGl(await createContext());
  }

  draw({ width, height, paint, camera, transparent }: DrawRequest): Pixels {
    const renderer = this.#renderer;
    const out = { data: new Uint8Array(width * height * 4), width, height };
    renderer.setClearColor(0x000000, transparent ? 0 : 1);
    renderer.shadowMap.autoUpdate = true;
    try {
      for (let y = 0; y < height; y += this.#tile) {
        for (let x = 0; x < width; x += this.#tile) {
          const size = { w: Math.min(this.#tile, width - x), h: Math.min(this.#tile, height - y) };
          if (size.w < width || size.h < height) camera.setViewOffset(width, height, x, y, size.w, size.h);
          copyTile(this.#drawTile(size, paint), size, out, x, y);
          // Shadows do not depend on the tile.
          renderer.shadowMap.autoUpdate = false;
        }
      }
    } finally {
      camera.clearViewOffset();
      renderer.shadowMap.autoUpdate = true;
    }
    if (transparent) divideByAlpha(out.data);
    return out;
  }

  #drawTile({ w, h }: { w: number; h: number }, paint: DrawRequest['paint']): Uint8Array {
    const renderer = this.#renderer;
    const target = createTarget(w, h);
    try {
      renderer.setRenderTarget(target);
      paint(renderer);
      const pixels = new Uint8Array(w * h * 4);
      // Synchronously: headless-gl's asynchronous read returns without having read.
      renderer.readRenderTargetPixels(target, 0, 0, w, h, pixels);
      const error = this.#context.getError();
      if (error !== this.#context.NO_ERROR) throw new Error(`WebGL reports error ${error} after drawing`);
      return pixels;
    } finally {
      renderer.setRenderTarget(null);
      target.dispose();
    }
  }
}
