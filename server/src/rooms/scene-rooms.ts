import type { ErrorCode } from '@diorama/shared';
import type * as Y from 'yjs';
import type { Principal } from '../access/principal.js';
import type { CommittedWith } from '../log/batch.js';

/** The result of reading or editing a document, with the position of the log. */
export interface AtSeq<T> {
  readonly value: T;
  readonly seq: number;
  /**
   * false if an edit of somebody else lies between what was seen and the position. A read then shows the current state.
   */
  readonly exact?: boolean;
}

export interface EditOptions {
  /** Throws `precondition_failed` unless the document is exactly at this position. */
  readonly ifSeq?: number;
  /** Stored in the transaction that commits the edit, with its position. Not called for an edit without changes. */
  readonly committedWith?: CommittedWith;
}

/**
 * Access of the rest of the server to live documents.
 *
 * A scene that nobody has open is loaded for the call. The caller has checked that the principal may see the scene.
 */
export interface SceneRooms {
  /**
   * Calls `look` with the live document; resolves when everything in it is committed. `seq` is the position that covers
   * it.
   */
  read<T>(sceneId: string, look: (doc: Y.Doc) => T): Promise<AtSeq<T>>;
  /** Calls `change` in one transaction on the live document. Resolves when it is committed. */
  edit<T>(
    sceneId: string,
    principal: Principal,
    change: (doc: Y.Doc) => T,
    options?: EditOptions,
  ): Promise<AtSeq<T>>;
  /** Closes every connection of the scene with the code, on every server, and forgets the room. */
  evict(sceneId: string, code: ErrorCode): Promise<void>;
}
