export interface ProjectionRepairOptions {
  /** Whether the document is exactly what is committed. */
  readonly isExact: () => boolean;
  /** Writes what the `scenes` table repeats of the document, unless the scene has moved on. */
  readonly write: () => Promise<void>;
  readonly failed: (error: unknown) => void;
  /** Default 1,000 ms. */
  readonly delayMs?: number;
}

/**
 * Puts right what the `scenes` table repeats of a document, once several servers that wrote it have come to rest.
 *
 * Each writes the number of nodes that it knows of with its commit, and that lacks what the others wrote at the same moment.
 */
export class ProjectionRepair {
  readonly #options: ProjectionRepairOptions;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ProjectionRepairOptions) {
    this.#options = options;
  }

  /** Another server has written. */
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
