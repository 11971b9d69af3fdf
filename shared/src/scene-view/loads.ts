/** What is loading, and what could not be loaded though something still wants it. */
export class Loads {
  #pending = 0;
  #waiting: (() => void)[] = [];
  readonly #warnings = new Map<symbol, string>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get pending(): number {
    return this.#pending;
  }

  get warnings(): string[] {
    return [...new Set(this.#warnings.values())];
  }

  /**
   * Follows one load. `take` gets the value; `fail` is called instead when it could not be had. Neither is called
   * after the returned function, which also withdraws the warning.
   */
  follow<T>(what: string, load: Promise<T>, take: (value: T) => void, fail?: () => void): () => void {
    const token = Symbol(what);
    let wanted = true;
    this.#pending++;
    const warn = (error: unknown): void => {
      if (!wanted) return;
      this.#warnings.set(token, `${what}: ${error instanceof Error ? error.message : String(error)}`);
      fail?.();
    };
    void load
      .then((value) => {
        if (wanted) take(value);
      })
      .catch(warn)
      .finally(() => this.#ended());
    return () => {
      wanted = false;
      this.#warnings.delete(token);
    };
  }

  /** Something loaded, though not all of it. Returns how to withdraw that. */
  warn(sentence: string): () => void {
    const token = Symbol(sentence);
    this.#warnings.set(token, sentence);
    return () => void this.#warnings.delete(token);
  }

  /** Resolves when nothing is loading. */
  settled(): Promise<void> {
    if (this.#pending === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #ended(): void {
    this.#pending--;
    this.#onChange();
    if (this.#pending > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
