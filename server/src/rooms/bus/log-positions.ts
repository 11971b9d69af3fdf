/** Tracks which rows of a log a replica holds. Rows may become known in any order. */
export class LogPositions {
  #seen: number;
  #head: number;
  readonly #ahead = new Set<number>();

  /** `seen`: every row up to here is held. */
  constructor(seen: number) {
    this.#seen = seen;
    this.#head = seen;
  }

  /** Every row up to here is held. */
  get seen(): number {
    return this.#seen;
  }

  /** The log has at least this many rows. */
  get head(): number {
    return this.#head;
  }

  /** Whether rows are known to exist that are not held, or that come after such a row. */
  get hasGap(): boolean {
    return this.#seen < this.#head;
  }

  /** Row `seq` exists. */
  exists(seq: number): void {
    this.#head = Math.max(this.#head, seq);
  }

  /** Row `seq` is held. */
  hold(seq: number): void {
    this.exists(seq);
    if (seq === this.#seen + 1 && this.#ahead.size === 0) {
      this.#seen = seq;
      return;
    }
    if (seq > this.#seen) this.#ahead.add(seq);
    while (this.#ahead.delete(this.#seen + 1)) this.#seen++;
  }

  /** Every row up to `seq` is held. */
  holdAll(seq: number): void {
    if (seq <= this.#seen) return;
    this.#seen = seq;
    this.exists(seq);
    for (const held of this.#ahead) if (held <= seq) this.#ahead.delete(held);
    while (this.#ahead.delete(this.#seen + 1)) this.#seen++;
  }
}
