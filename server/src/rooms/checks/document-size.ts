import * as Y from 'yjs';

export interface DocumentSizeOptions {
  readonly doc: () => Y.Doc;
  /** What is stored of the document takes so many bytes. */
  readonly bytes: number;
  readonly maxBytes: number;
  /** Milliseconds of some clock that only goes forward. */
  readonly now: () => number;
}

/** To measure takes time from everybody: at most one part in so many of it. */
const SHARE = 20;

/**
 * How large a document is when it is encoded, without encoding it all the time.
 *
 * What comes in is added up. That is more than the document grows by, since Yjs drops what is overwritten: so when the sum reaches the
 * bound the document is measured, and the sum goes on from there.
 */
export class DocumentSize {
  readonly #options: DocumentSizeOptions;
  #estimate: number;
  #measured: number;
  #measuredAt = -Infinity;
  #measuringTook = 0;

  constructor(options: DocumentSizeOptions) {
    this.#options = options;
    this.#estimate = options.bytes;
    this.#measured = options.bytes;
  }

  /** An update of so many bytes was applied. It is told of, since Yjs would encode each once more for whoever listens. */
  grew(bytes: number): void {
    this.#estimate += bytes;
  }

  /** At least what the document takes when it is encoded. */
  get estimate(): number {
    return this.#estimate;
  }

  /** What it took when it was opened or measured last. */
  get measured(): number {
    return this.#measured;
  }

  /** What it may take at most. */
  get maxBytes(): number {
    return this.#options.maxBytes;
  }

  /** Whether there is no room for so many bytes more. */
  isFullWith(bytes: number): boolean {
    const { maxBytes, now } = this.#options;
    if (this.#estimate + bytes <= maxBytes) return false;
    if (now() - this.#measuredAt >= this.#measuringTook * SHARE) this.measure();
    return this.#estimate + bytes > maxBytes;
  }

  /** Encodes the document. Returns the milliseconds that it took. */
  measure(): number {
    const { now } = this.#options;
    const doc = this.#options.doc();
    const since = now();
    this.#estimate = this.#measured = Y.encodeStateAsUpdate(doc).byteLength;
    this.#measuredAt = now();
    this.#measuringTook = this.#measuredAt - since;
    return this.#measuringTook;
  }
}
