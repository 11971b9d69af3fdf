import { WebGLRenderer } from 'three';

/** More pixels than this cost a lot and show little. */
const MAX_PIXEL_RATIO = 2;

/** The canvas and what draws to it. Throws where the browser has no WebGL 2. */
export class Stage {
  readonly element = document.createElement('div');
  readonly canvas = document.createElement('canvas');
  readonly renderer: WebGLRenderer;
  readonly #observer: ResizeObserver;
  readonly #onResize: () => void;
  #width = 1;
  #height = 1;

  constructor(onResize: () => void) {
    this.element.style.cssText = 'position:absolute;inset:0';
    this.element.append(this.canvas);
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute('aria-label', '3D view of the scene');
    this.canvas.dataset.testid = 'viewport';
    this.renderer = new WebGLRenderer({
      canvas: this.canvas,
      antialias: true,
      powerPreference: 'high-performance',
    });
    // Shadows are drawn again when the scene changes, not when the camera moves.
    this.renderer.shadowMap.autoUpdate = false;
    this.#onResize = onResize;
    this.#observer = new ResizeObserver(() => this.resize());
    this.#observer.observe(this.element);
  }

  /** In CSS pixels. */
  get width(): number {
    return this.#width;
  }

  get height(): number {
    return this.#height;
  }

  get pixelRatio(): number {
    return Math.min(window.devicePixelRatio, MAX_PIXEL_RATIO);
  }

  /** Follows the size of the page's place for it. */
  resize(): void {
    const { clientWidth, clientHeight } = this.element;
    if (clientWidth === 0 || clientHeight === 0) return;
    this.#width = clientWidth;
    this.#height = clientHeight;
    this.renderer.setPixelRatio(this.pixelRatio);
    this.renderer.setSize(clientWidth, clientHeight, false);
    this.#onResize();
  }

  shadowsChanged(): void {
    this.renderer.shadowMap.needsUpdate = true;
  }

  dispose(): void {
    this.#observer.disconnect();
    this.renderer.dispose();
    this.renderer.forceContextLoss();
    this.element.remove();
  }
}
