export interface ProjectionRepairOptions {
  /** Whether the document is exactly what is committed. */
  readonly isExact: () => boolean;
  /** Updates the copied columns of `scenes`, unless the scene has changed since. */
  readonly write: () => Promise<void>;
  readonly failed: (error: unknown) => void;
  /** Default 1,000 ms. */
  readonly delayMs?: number;
}

/**
 * Corrects the copied columns of the `scenes` table when several servers that wrote to a scene have become idle.
 *
 * Each server commits the number of nodes that it knows of, which may lack concurrent changes of the others.
 */
export class ProjectionRepair {
  readonly #options: ProjectionRepairOptions;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ProjectionRepairOptions) {
    this.#options = options;
  }

  /** Another server has written to the scene. */
  touched(): void {
    if (this.#closed) return;
    if (this.#timer !== undefined) {
      this.#timer.refresh();
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (!this.#options.isExact()) this.touched();
      else this.#options.write().catch((error: unknown) => this.#options.failed(error));
    }, this.#options.delayMs ?? 1_000);
    this.#timer.unref();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }
}
