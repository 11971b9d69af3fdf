import type { SqlClient } from '../database/database.js';
import { encodeRow } from './row-codec.js';

/** Runs in the transaction that commits an update, with the update's position: both are stored or neither. */
export type CommittedWith = (tx: SqlClient, seq: number) => Promise<void>;

/** The columns of the `scenes` table that are copied from the document, for listing scenes. */
export interface SceneProjection {
  readonly name: string;
  readonly nodeCount: number;
}

/** The updates of one scene that are committed together as one row. */
export class SceneEntry {
  readonly sceneId: string;
  readonly updates: Uint8Array[] = [];
  /** Settles when the row is committed, with its position. */
  readonly committed: Promise<number>;
  /** Evaluated when the commit is written, so that a burst of changes is counted once. */
  projection: (() => SceneProjection) | undefined;
  /** What is stored in the same transaction, if anything. */
  committedWith: CommittedWith[] | undefined;
  /** If set, the row is committed only at the position right after this one. */
  after: number | undefined;
  /** Number of attempts to commit it. */
  attempts = 0;
  bytes = 0;
  /** A sealed entry takes no more updates. */
  sealed = false;
  resolve: (seq: number) => void = () => undefined;
  reject: (error: Error) => void = () => undefined;

  constructor(sceneId: string) {
    this.sceneId = sceneId;
    this.committed = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // The caller of `append` handles the rejection. Without a caller it must not end the process as unhandled.
    this.committed.catch(() => undefined);
  }

  add(update: Uint8Array): void {
    this.updates.push(update);
    this.bytes += update.byteLength;
  }

  row(): Uint8Array {
    return encodeRow(this.updates);
  }
}

/** The updates that are committed in one statement. */
export class Batch {
  readonly entries = new Map<string, SceneEntry>();
  readonly since: number;
  bytes = 0;

  constructor(since: number) {
    this.since = since;
  }

  add(sceneId: string, update: Uint8Array): SceneEntry {
    let entry = this.entries.get(sceneId);
    if (entry === undefined) {
      entry = new SceneEntry(sceneId);
      this.entries.set(sceneId, entry);
    }
    entry.add(update);
    this.bytes += update.byteLength;
    return entry;
  }

  get updates(): number {
    let count = 0;
    for (const entry of this.entries.values()) count += entry.updates.length;
    return count;
  }

  /** One batch per scene, so that a scene that the database refuses does not block the others. */
  split(): Batch[] {
    return [...this.entries].map(([sceneId, entry]) => {
      const batch = new Batch(this.since);
      batch.entries.set(sceneId, entry);
      batch.bytes = entry.bytes;
      return batch;
    });
  }
}
