import * as Y from 'yjs';

export interface DocumentSizeOptions {
  readonly doc: () => Y.Doc;
  /** The stored size of the document. */
  readonly bytes: number;
  readonly maxBytes: number;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

/** Measuring blocks the process, so it may take at most one part in this many of the time. */
const SHARE = 20;

/**
 * Tracks the encoded size of a document without encoding it each time.
 *
 * The sizes of the applied updates are added up. The document grows by less, since Yjs drops overwritten content. So
 * when the sum reaches the maximum, the document is measured and the sum continues from there.
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

  /**
   * An update of this size was applied. Reported by the caller, since a listener would make Yjs encode each update once
   * more.
   */
  grew(bytes: number): void {
    this.#estimate += bytes;
  }

  /** Upper bound of the encoded size. */
  get estimate(): number {
    return this.#estimate;
  }

  /** The size when the document was opened or last measured. */
  get measured(): number {
    return this.#measured;
  }

  /** The maximum size. */
  get maxBytes(): number {
    return this.#options.maxBytes;
  }

  /** Whether the document would exceed its maximum with `bytes` more. */
  isFullWith(bytes: number): boolean {
    const { maxBytes, now } = this.#options;
    if (this.#estimate + bytes <= maxBytes) return false;
    if (now() - this.#measuredAt >= this.#measuringTook * SHARE) this.measure();
    return this.#estimate + bytes > maxBytes;
  }

  /** Encodes the document. Returns how many milliseconds that took. */
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
