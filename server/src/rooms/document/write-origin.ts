import type { Principal } from '../../access/principal.js';
import type { CommittedWith } from '../../log/batch.js';
import type { RoomClient } from '../room-client.js';

/** What the origin of a transaction says of it: who changes the document, and over which connection, if any. */
export interface Origin {
  readonly editor: Principal;
  readonly client: RoomClient | undefined;
  /** It is in the log already. */
  readonly isStored?: boolean;
  /** It undid some of what the client wrote, so the client has to hear of it too. */
  corrected?: boolean;
  /** What is stored with the change. */
  readonly committedWith?: CommittedWith | undefined;
}

/** The origin of what other servers wrote: checked, attributed and stored there. */
export const FOREIGN = Symbol('written on another server');

/** The origin of what has been stored, relayed and attributed, and is only now integrated. */
export const HELD = Symbol('held poses');

/** The origin of any transaction of a live document. */
export type AnyOrigin = Origin | typeof FOREIGN | typeof HELD | null;
