/** The longest that all else waits for what is done in slices. */
const SLICE_MS = 5;

/** Does what takes long piece by piece, in order; between slices of a few milliseconds the event loop goes on. */
export class Slices {
  readonly #now: () => number;
  #pieces: (() => void)[] = [];
  #next: NodeJS.Immediate | undefined;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  add(piece: () => void): void {
    this.#pieces.push(piece);
    this.#next ??= setImmediate(() => this.#run());
  }

  #run(): void {
    const until = this.#now() + SLICE_MS;
    let done = 0;
    do (this.#pieces[done++] as () => void)();
    while (done < this.#pieces.length && this.#now() < until);
    this.#pieces = this.#pieces.slice(done);
    this.#next = this.#pieces.length > 0 ? setImmediate(() => this.#run()) : undefined;
  }
}
