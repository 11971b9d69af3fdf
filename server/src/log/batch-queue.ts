import { Batch, type SceneEntry } from './batch.js';

/** Batches that wait to be committed, oldest first. Updates of one scene keep their order. */
export class BatchQueue {
  readonly #maxBatchBytes: number;
  readonly #now: () => number;
  #batches: Batch[] = [];

  constructor(options: { maxBatchBytes: number; now: () => number }) {
    this.#maxBatchBytes = options.maxBatchBytes;
    this.#now = options.now;
  }

  get first(): Batch | undefined {
    return this.#batches[0];
  }

  add(sceneId: string, update: Uint8Array): SceneEntry {
    return this.#batchFor(sceneId, update.byteLength).add(sceneId, update);
  }

  takeFirst(): Batch | undefined {
    return this.#batches.shift();
  }

  putBack(batches: readonly Batch[]): void {
    this.#batches.unshift(...batches);
  }

  /** The queued entries of a scene, oldest first. */
  entriesOf(sceneId: string): SceneEntry[] {
    return this.#batches.flatMap((batch) => batch.entries.get(sceneId) ?? []);
  }

  entries(): SceneEntry[] {
    return this.#batches.flatMap((batch) => [...batch.entries.values()]);
  }

  #batchFor(sceneId: string, bytes: number): Batch {
    // Never use a batch that precedes one with updates of the same scene: they would be committed out of order.
    const last = this.#batches.findLastIndex((batch) => batch.entries.has(sceneId));
    const sealed = this.#batches[last]?.entries.get(sceneId)?.sealed === true;
    const from = Math.max(0, sealed ? last + 1 : last);
    for (let at = from; at < this.#batches.length; at++) {
      const batch = this.#batches[at] as Batch;
      if (batch.bytes + bytes <= this.#maxBatchBytes) return batch;
    }
    const added = new Batch(this.#now());
    this.#batches.push(added);
    return added;
  }
}
