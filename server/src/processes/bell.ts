/** Wakes whoever waits, and misses nobody who had counted the rings before. */
export class Bell {
  #rings = 0;
  #wake: () => void = () => undefined;
  #next = this.#hang();

  get rings(): number {
    return this.#rings;
  }

  ring(): void {
    this.#rings++;
    this.#wake();
    this.#next = this.#hang();
  }

  /** Resolves once the bell has rung more often than `rings`. */
  after(rings: number): Promise<void> {
    return rings === this.#rings ? this.#next : Promise.resolve();
  }

  #hang(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }
}
