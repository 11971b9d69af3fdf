import { DioramaError } from '@diorama/shared';
import type * as Y from 'yjs';
import type { DecodedUpdate } from '../update-check.js';
import { lacksDependencies } from './dependencies.js';

export const WAITING_LIMITS = {
  /** What may wait in one scene for updates that it depends on: Yjs merges all of it anew with every update that has to wait. */
  sceneBytes: 1024 * 1024,
  /** How much of it may come from one connection, and in how many frames. */
  connectionBytes: 256 * 1024,
  connectionFrames: 500,
} as const;

/** Bounds what waits in a document for what it depends on. `Sender` stands for a connection. */
export class WaitingUpdates<Sender extends object> {
  readonly #doc: Y.Doc;
  #bySender = new WeakMap<Sender, { bytes: number; frames: number }>();

  constructor(doc: Y.Doc) {
    this.#doc = doc;
  }

  /** Throws `update_unresolved` for an update that would have to wait when too much does already. */
  admit(sender: Sender, bytes: number, update: DecodedUpdate): void {
    const waiting = this.#waitingBytes();
    if (waiting === 0) {
      this.#bySender = new WeakMap();
      // One that fits may wait; what it was is seen when the next one comes.
      if (bytes <= WAITING_LIMITS.connectionBytes) return;
    }
    if (!lacksDependencies(this.#doc, update)) return;
    const own = this.#bySender.get(sender) ?? { bytes: 0, frames: 0 };
    own.bytes += bytes;
    own.frames++;
    this.#bySender.set(sender, own);
    const { sceneBytes, connectionBytes, connectionFrames } = WAITING_LIMITS;
    if (waiting + bytes > sceneBytes || own.bytes > connectionBytes || own.frames > connectionFrames)
      throw new DioramaError('update_unresolved', 'Too much waits for changes that the scene does not have');
  }

  #waitingBytes(): number {
    const { pendingStructs, pendingDs } = this.#doc.store;
    return (pendingStructs?.update.byteLength ?? 0) + (pendingDs?.byteLength ?? 0);
  }
}
