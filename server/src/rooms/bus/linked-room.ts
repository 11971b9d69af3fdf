import type { ErrorCode } from '@diorama/shared';
import type { StoredScene } from '../../log/load.js';
import type { Presence } from '../presence/presence.js';
import type { PresenceOwner } from '../presence/shared-presence.js';

/** A room as its link to other servers sees it. */
export interface LinkedRoom {
  readonly presence: Presence<PresenceOwner>;
  /** Applies and shows what other servers wrote. It is in the log, or on its way there. */
  applyForeign(updates: readonly Uint8Array[]): void;
  /** Applies and shows what has been read from the log. */
  applyStored(stored: StoredScene): void;
  /** Stores and publishes what another server has shown and may never store; resolves when it is committed. */
  adopt(updates: readonly Uint8Array[]): Promise<number>;
  /** Whether commits come through. */
  isStoring(): boolean;
  /** Reads the log behind `after`. */
  readLog(after: number): Promise<StoredScene>;
  presenceChanged(clients: readonly number[]): void;
  /** Clients that have to announce themselves again with a later clock. */
  presenceOutdated(clients: readonly { client: number; clock: number }[]): void;
  /** Who may do what here has changed on another server, or may have. */
  accessChanged(): void;
  evict(code: ErrorCode): void;
}
