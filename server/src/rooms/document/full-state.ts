import * as Y from 'yjs';
import { step2Frame, updateFrame } from '../frames/server-frames.js';

/** Largest size of the later updates, as a fraction of the encoded state. Above it, the state is encoded again. */
const MOST_TAIL = 0.25;
const LEAST_TAIL_BYTES = 64 * 1024;

/** An update without changes. Clients take a sync step 2 for the end of the first sync. */
const END_OF_SYNC = step2Frame(new Uint8Array([0, 0]));

/**
 * The whole document as frames that any new client can be sent.
 *
 * Encoding a document of 10,000 nodes takes tens of milliseconds. So the encoded (or stored) state is kept, with the
 * later updates behind it in the frames in which they were relayed.
 */
export class FullState {
  #base: Buffer | undefined;
  #tail: Buffer[] = [];
  #tailBytes = 0;
  #generation = 0;

  /** `updates` produce the document when applied in order. */
  constructor(updates: readonly Uint8Array[]) {
    this.#base = Buffer.concat(updates.map(updateFrame));
  }

  /** Identifies the current frames, for `since`. */
  get mark(): number {
    return this.#generation;
  }

  /** Size of the frames. */
  get bytes(): number {
    return (this.#base?.byteLength ?? 0) + this.#tailBytes;
  }

  /** Appends an update of the document, already framed. */
  add(update: Buffer): void {
    if (this.#base === undefined) return;
    this.#tail.push(update);
    this.#tailBytes += update.byteLength;
    if (this.#tailBytes > Math.max(LEAST_TAIL_BYTES, this.#base.byteLength * MOST_TAIL)) this.outdated();
  }

  /** The frames no longer contain the whole document: they are encoded again for the next client that joins. */
  outdated(): void {
    this.#base = undefined;
    this.#tail = [];
    this.#tailBytes = 0;
    this.#generation++;
  }

  /** The frames of the whole document; the last one ends the first sync. `doc` is the current document. */
  frames(doc: Y.Doc): Buffer[] {
    this.#base ??= updateFrame(Y.encodeStateAsUpdate(doc));
    return [this.#base, ...this.#tail, END_OF_SYNC];
  }

  /**
   * The frames of the stored state, before there is a document; undefined once the edits behind it have become too
   * many.
   */
  storedFrames(): Buffer[] | undefined {
    return this.#base === undefined ? undefined : [this.#base, END_OF_SYNC];
  }

  /** What a client lacks that was sent `storedFrames` at `mark`; undefined if that is no longer known. */
  since(mark: number): Buffer[] | undefined {
    return mark === this.#generation ? this.#tail : undefined;
  }
}
