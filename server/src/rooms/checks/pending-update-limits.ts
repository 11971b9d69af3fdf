import { DioramaError } from '@diorama/shared';
import type * as Y from 'yjs';
import type { DecodedUpdate } from './update-check.js';
import { lacksDependencies, lacksOtherClients } from './dependencies.js';

/** Yjs merges all pending updates again with each new one: 128 KiB of small changes take 10 ms. */
export const PENDING_UPDATE_LIMITS = {
  /** Bytes that may be pending in one scene, and frames since anything has been pending. */
  sceneBytes: 128 * 1024,
  sceneFrames: 500,
  /** The same for one connection. */
  connectionBytes: 64 * 1024,
  connectionFrames: 100,
} as const;

/** Limits the updates that wait in a document for missing dependencies. `Sender` stands for a connection. */
export class PendingUpdateLimits<Sender extends object> {
  readonly #doc: Y.Doc;
  #bySender = new WeakMap<Sender, { bytes: number; frames: number }>();
  #frames = 0;

  constructor(doc: Y.Doc) {
    this.#doc = doc;
  }

  /** Throws `update_unresolved` if the update would have to wait and too much waits already. */
  admit(sender: Sender, bytes: number, update: DecodedUpdate): void {
    // Replicas apply updates that wait for other clients at different times.
    if (lacksOtherClients(this.#doc, update))
      throw new DioramaError('update_unresolved', 'The change depends on what others have not sent');
    const waiting = this.#waitingBytes();
    if (waiting === 0) {
      this.#bySender = new WeakMap();
      this.#frames = 0;
      // A single update that fits may wait; whether it does shows when the next one comes.
      if (bytes <= PENDING_UPDATE_LIMITS.connectionBytes) return;
    }
    if (!lacksDependencies(this.#doc, update)) return;
    const own = this.#bySender.get(sender) ?? { bytes: 0, frames: 0 };
    own.bytes += bytes;
    own.frames++;
    this.#bySender.set(sender, own);
    const { sceneBytes, sceneFrames, connectionBytes, connectionFrames } = PENDING_UPDATE_LIMITS;
    if (
      waiting + bytes > sceneBytes ||
      this.#frames >= sceneFrames ||
      own.bytes > connectionBytes ||
      own.frames > connectionFrames
    )
      throw new DioramaError('update_unresolved', 'Too much waits for changes that the scene does not have');
    this.#frames++;
  }

  #waitingBytes(): number {
    const { pendingStructs, pendingDs } = this.#doc.store;
    return (pendingStructs?.update.byteLength ?? 0) + (pendingDs?.byteLength ?? 0);
  }
}
