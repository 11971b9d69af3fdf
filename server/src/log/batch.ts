import type { SqlClient } from '../database/database.js';
import { encodeRow } from './row-codec.js';

/** Something that is stored in the transaction that commits an update, and with its position: all of it or nothing. */
export type CommittedWith = (tx: SqlClient, seq: number) => Promise<void>;

/** What the `scenes` table repeats from the document, for lists. */
export interface SceneProjection {
  readonly name: string;
  readonly nodeCount: number;
}

/** The updates of one scene that are committed together as one row. */
export class SceneEntry {
  readonly sceneId: string;
  readonly updates: Uint8Array[] = [];
  /** Settles with the row's position once it is committed. */
  readonly committed: Promise<number>;
  /** Read when the commit is written, so that a burst of changes is counted once. */
  projection: (() => SceneProjection) | undefined;
  /** What is stored with the row, if anything. */
  committedWith: CommittedWith[] | undefined;
  /** The row is committed only right after this position. */
  after: number | undefined;
  /** How often its commit has been tried. */
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
    // Whoever appended hears of it; an entry nobody waits for must not end the process.
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

/** What goes to the database in one statement. */
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

  /** One batch for each scene, in case only one of them is at fault. */
  split(): Batch[] {
    return [...this.entries].map(([sceneId, entry]) => {
      const batch = new Batch(this.since);
      batch.entries.set(sceneId, entry);
      batch.bytes = entry.bytes;
      return batch;
    });
  }
}
