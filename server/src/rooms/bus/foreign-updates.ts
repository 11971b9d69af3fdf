import type { ServerId } from './bus.js';

/** Updates of another server that were applied here and may not be committed there yet. */
export interface ForeignBatch {
  readonly stream: number;
  readonly count: number;
  readonly updates: readonly Uint8Array[];
  /** When the batch arrived, in milliseconds of a monotonic clock. */
  readonly at: number;
}

interface Stream {
  readonly server: ServerId;
  /** Every envelope from this number on has been received. */
  from: number;
  next: number;
}

interface Waiting {
  readonly ticket: number;
  readonly callback: () => void;
}

/**
 * Tracks which updates of other servers arrived, whether any is missing, and which are known to be committed.
 *
 * An acknowledgement must wait for the updates it may depend on. Otherwise an edit of something that another server has
 * shown but not stored would be stored without its base if that server dies.
 */
export class ForeignUpdates {
  readonly #streams = new Map<number, Stream>();
  /** Batches that are not known to be committed, oldest first. */
  readonly #open = new Map<number, ForeignBatch>();
  readonly #waiting: Waiting[] = [];
  #ticket = 0;

  /** Whether everything that was received is known to be committed. */
  get isCommitted(): boolean {
    return this.#open.size === 0;
  }

  get oldest(): ForeignBatch | undefined {
    for (const batch of this.#open.values()) return batch;
    return undefined;
  }

  /** Records an envelope. Returns `new` for an unknown stream, and `gap` if envelopes before it are missing. */
  arrived(server: ServerId, stream: number, count: number): 'new' | 'next' | 'gap' {
    const known = this.#streams.get(stream);
    if (known === undefined) {
      this.#streams.set(stream, { server, from: count, next: count + 1 });
      return 'new';
    }
    const isNext = count === known.next;
    if (!isNext) known.from = count;
    known.next = count + 1;
    return isNext ? 'next' : 'gap';
  }

  /** Whether every envelope of the stream from `since` on has been received. */
  isWhole(stream: number, since: number): boolean {
    const known = this.#streams.get(stream);
    return known !== undefined && known.from <= since;
  }

  add(stream: number, count: number, updates: readonly Uint8Array[], at: number): void {
    this.#open.set(++this.#ticket, { stream, count, updates, at });
  }

  /** Everything of the stream in envelopes up to `through` is committed. */
  committed(stream: number, through: number): void {
    this.#close((batch) => batch.stream === stream && batch.count <= through);
  }

  /** The batch has been committed by some server. */
  settled(batch: ForeignBatch): void {
    this.#close((open) => open === batch);
  }

  /** Calls back when everything that was received so far is known to be committed, possibly at once. */
  whenCommitted(callback: () => void): void {
    if (this.isCommitted) callback();
    else this.#waiting.push({ ticket: this.#ticket, callback });
  }

  batches(which: (batch: ForeignBatch) => boolean): ForeignBatch[] {
    return [...this.#open.values()].filter(which);
  }

  /** Forgets the streams that `which` selects. Later envelopes of them count as new. */
  forget(which: (server: ServerId, stream: number) => boolean): number[] {
    const forgotten: number[] = [];
    for (const [stream, { server }] of this.#streams) if (which(server, stream)) forgotten.push(stream);
    for (const stream of forgotten) this.#streams.delete(stream);
    return forgotten;
  }

  #close(which: (batch: ForeignBatch) => boolean): void {
    for (const [ticket, batch] of this.#open) if (which(batch)) this.#open.delete(ticket);
    const [oldest = Infinity] = this.#open.keys();
    while (this.#waiting.length > 0 && (this.#waiting[0] as Waiting).ticket < oldest)
      this.#waiting.shift()?.callback();
  }
}
