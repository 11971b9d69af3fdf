import { DioramaError } from '@diorama/shared';
import type * as Y from 'yjs';
import type { Principal } from '../access/principal.js';
import { requireShrinks } from './checks/require-shrinks.js';
import type { AtSeq, EditOptions } from './scene-rooms.js';
import {
  editShared,
  readShared,
  requireStoring,
  requireWritable,
  awaitStored,
  type SharedRoom,
} from './bus/shared-access.js';

export interface AccessibleRoom extends SharedRoom {
  /** Applies the updates that were received and not applied yet. */
  readonly flush: () => void;
  /** Whether the document accepts deletions only. */
  readonly isSceneFull: () => boolean;
}

/** Reads and edits a room's document on behalf of the server, at known positions of the log. */
export class RoomAccess {
  readonly #room: AccessibleRoom;

  constructor(room: AccessibleRoom) {
    this.#room = room;
  }

  /** Reads the document. The returned position covers exactly what `look` saw, and is committed. */
  async read<T>(look: (doc: Y.Doc) => T): Promise<AtSeq<T>> {
    const { link, document, log, isStored } = this.#room;
    if (link.isShared) return readShared(this.#room, look);
    if (!isStored()) requireStoring(log);
    const value = look(document.doc);
    return { value, seq: await this.#sealed() };
  }

  /**
   * Changes the document in one transaction. Throws `precondition_failed`, `schema_too_new`, `scene_full` or
   * `storage_unavailable`.
   */
  async edit<T>(
    principal: Principal,
    change: (doc: Y.Doc) => T,
    options: EditOptions = {},
  ): Promise<AtSeq<T>> {
    const { flush, isSceneFull, document, link, log } = this.#room;
    flush();
    requireStoring(log);
    if (isSceneFull()) requireShrinks(document.doc, change);
    if (link.isShared) return editShared(this.#room, principal, change, options);
    if (options.ifSeq !== undefined) await this.#requireAt(options.ifSeq);
    requireWritable(this.#room);
    const value = document.change(principal, change, options.committedWith);
    return { value, seq: await this.#sealed() };
  }

  /** The position that covers the current document and nothing later. */
  #sealed(): Promise<number> {
    const { log, sceneId, stored } = this.#room;
    log.seal(sceneId);
    return awaitStored(stored());
  }

  async #requireAt(seq: number): Promise<void> {
    const { stored, isStored, link } = this.#room;
    await stored();
    // Others may have written while the commit was awaited.
    const at = link.position;
    if (!isStored() || at !== seq)
      throw new DioramaError('precondition_failed', `The scene is at ${at}, not at ${seq}`);
  }
}
