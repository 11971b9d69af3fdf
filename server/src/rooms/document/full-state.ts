import * as Y from 'yjs';
import { step2Frame, updateFrame } from '../frames/server-frames.js';

/** Behind the whole state, edits may gather up to this part of its size before it is encoded anew. */
const MOST_TAIL = 0.25;
const LEAST_TAIL_BYTES = 64 * 1024;

/** An update that changes nothing. A client takes a step 2 for the end of the first sync. */
const END_OF_SYNC = step2Frame(new Uint8Array([0, 0]));

/**
 * All that a scene holds, as frames that every new client can be sent as they are.
 *
 * A document of 10,000 nodes takes tens of milliseconds to encode. So what was encoded (or stored) once stays, and the
 * updates that come later are kept behind it, as the frames that they were relayed in.
 */
export class FullState {
  #base: Buffer | undefined;
  #tail: Buffer[] = [];
  #tailBytes = 0;
  #generation = 0;

  /** `updates` make the document when they are applied in their order. */
  constructor(updates: readonly Uint8Array[]) {
    this.#base = Buffer.concat(updates.map(updateFrame));
  }

  /** Names what the frames hold now; to be given to `since`. */
  get mark(): number {
    return this.#generation;
  }

  /** Size of the frames. */
  get bytes(): number {
    return (this.#base?.byteLength ?? 0) + this.#tailBytes;
  }

  /** An update of the document, framed. */
  add(update: Buffer): void {
    if (this.#base === undefined) return;
    this.#tail.push(update);
    this.#tailBytes += update.byteLength;
    if (this.#tailBytes > Math.max(LEAST_TAIL_BYTES, this.#base.byteLength * MOST_TAIL)) this.outdated();
  }

  /** The frames do not hold all of the document any more: who joins next has them made anew. */
  outdated(): void {
    this.#base = undefined;
    this.#tail = [];
    this.#tailBytes = 0;
    this.#generation++;
  }

  /** The frames of everything, the last of which ends a first sync. `doc` is the document as it is now. */
  frames(doc: Y.Doc): Buffer[] {
    this.#base ??= updateFrame(Y.encodeStateAsUpdate(doc));
    return [this.#base, ...this.#tail, END_OF_SYNC];
  }

  /** The frames of what was stored, before there is a document; undefined when edits have outgrown it. */
  storedFrames(): Buffer[] | undefined {
    return this.#base === undefined ? undefined : [this.#base, END_OF_SYNC];
  }

  /** What a client lacks that was sent `storedFrames` at `mark`; undefined when that cannot be told any more. */
  since(mark: number): Buffer[] | undefined {
    return mark === this.#generation ? this.#tail : undefined;
  }
}
