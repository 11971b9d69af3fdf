/** A set of callbacks. Those that are added or removed during a call take part from the next one on. */
export class Listeners {
  readonly #callbacks = new Set<() => void>();

  add(callback: () => void): () => void {
    this.#callbacks.add(callback);
    return () => this.#callbacks.delete(callback);
  }

  call(): void {
    for (const callback of [...this.#callbacks]) callback();
  }

  get size(): number {
    return this.#callbacks.size;
  }
}
