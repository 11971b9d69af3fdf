import type { DioramaError, Presence, Role, Welcome } from '@diorama/shared';
import type * as Y from 'yjs';

/**
 * - `connecting`: the first attempt is under way.
 * - `saving`: edits are on their way to the server's store, or the session is catching up after an interruption.
 * - `saved`: every edit is stored, acknowledged by the server.
 * - `offline`: not connected; edits are kept and sent after the reconnection.
 */
export type SessionStatus = 'connecting' | 'saving' | 'saved' | 'offline';

/** What undo and redo would find. */
export interface UndoState {
  /** Whether there is a step to take back. */
  readonly canUndo: boolean;
  /** Whether there is a step to repeat. */
  readonly canRedo: boolean;
}

/** What each event of a session carries. */
export interface SessionEvents {
  /** `session.status` has changed. */
  status: SessionStatus;
  /** `session.saved` has changed. */
  saved: boolean;
  /** Somebody else came, left or changed; the same map as `session.presence.others`. */
  presence: ReadonlyMap<number, Presence>;
  /** The server says who it takes this client for: at each connection, and when the role or the token changes. */
  welcome: Welcome;
  /** The role is another one than before: what `edit` and `comment` may do, and `readOnly`, have changed. */
  role: Role;
  /** First and every later sync. */
  synced: void;
  /**
   * The server did not keep an edit. What broke the schema (`invalid_document`, with issues) it undoes by an update; after any
   * other refusal the session goes back to the server's state: expect `reset`.
   */
  refused: DioramaError;
  /** `session.doc` and `session.scene` are new objects at the server's state; bind views to them again. */
  reset: Y.Doc;
  /** The session has ended and will not reconnect: by `close()` (undefined), or because the server refused it. */
  closed: DioramaError | undefined;
  /** `canUndo` or `canRedo` may have changed. */
  'undo-stack': UndoState;
}
