/**
 * Draws when something has changed, and not otherwise: an open editor that nobody touches costs nothing.
 *
 * What moves by itself (a glide of the camera, a drag by somebody else) says so by returning true from its step, and
 * gets another frame.
 */
export class RenderLoop {
  readonly #draw: () => void;
  readonly #steps = new Set<(seconds: number) => boolean>();
  #frame: number | null = null;
  #lastTime: number | null = null;
  #disposed = false;

  constructor(draw: () => void) {
    this.#draw = draw;
  }

  /** Draws in the next frame; many requests make one. */
  request(): void {
    if (this.#disposed) return;
    this.#frame ??= requestAnimationFrame((now) => this.#run(now));
  }

  /** `step` runs before each drawing with the seconds since the last one, and returns whether it needs another. */
  addStep(step: (seconds: number) => boolean): void {
    this.#steps.add(step);
  }

  dispose(): void {
    this.#disposed = true;
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
  }

  #run(now: number): void {
    this.#frame = null;
    // After a pause the last frame is long ago: what starts to move now starts with an ordinary step.
    const seconds = this.#lastTime === null ? 1 / 60 : Math.min(0.1, (now - this.#lastTime) / 1000);
    let moving = false;
    for (const step of this.#steps) moving = step(seconds) || moving;
    this.#draw();
    this.#lastTime = moving ? now : null;
    if (moving) this.request();
  }
}
