interface Entry<T> {
  readonly value: T;
  users: number;
}

/** Values that several users share by key: made for the first, disposed of after the last. */
export class RefPool<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #dispose: (value: T) => void;

  constructor(dispose: (value: T) => void) {
    this.#dispose = dispose;
  }

  get size(): number {
    return this.#entries.size;
  }

  acquire(key: string, make: () => T): T {
    let entry = this.#entries.get(key);
    if (entry === undefined) this.#entries.set(key, (entry = { value: make(), users: 0 }));
    entry.users++;
    return entry.value;
  }

  release(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined || --entry.users > 0) return;
    this.#entries.delete(key);
    this.#dispose(entry.value);
  }

  clear(): void {
    for (const { value } of this.#entries.values()) this.#dispose(value);
    this.#entries.clear();
  }
}
