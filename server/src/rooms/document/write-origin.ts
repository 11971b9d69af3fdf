import type { Principal } from '../../access/principal.js';
import type { CommittedWith } from '../../log/batch.js';
import type { RoomClient } from '../room-client.js';

/** The origin of a Yjs transaction: who changes the document, and over which connection, if any. */
export interface Origin {
  readonly editor: Principal;
  readonly client: RoomClient | undefined;
  /** The change is already in the log. */
  readonly isStored?: boolean;
  /** A part of the client's update was undone, so the client must receive the result too. */
  corrected?: boolean;
  /** The change failed half-way: nothing of it may be stored or relayed. */
  isAbandoned?: boolean;
  /** What is stored together with the change. */
  readonly committedWith?: CommittedWith | undefined;
}

/** Origin of updates of other servers, which have checked, attributed and stored them. */
export const FOREIGN = Symbol('written on another server');

/** Origin of held poses, which have been stored, relayed and attributed and are only now integrated. */
export const HELD = Symbol('held poses');

/** The origin of any transaction of a live document. */
export type AnyOrigin = Origin | typeof FOREIGN | typeof HELD | null;
