import type { ErrorCode } from '@diorama/shared';
import type { StoredScene } from '../../log/load.js';
import type { Presence } from '../presence/presence.js';
import type { PresenceOwner } from '../presence/shared-presence.js';

/** The room as seen by its link to other servers. */
export interface LinkedRoom {
  readonly presence: Presence<PresenceOwner>;
  /** Applies and relays updates of other servers. They are in the log or about to be. */
  applyForeign(updates: readonly Uint8Array[]): void;
  /** Applies and relays what was read from the log. */
  applyStored(stored: StoredScene): void;
  /**
   * Stores and publishes updates that another server has shown and may never store. Resolves when they are committed.
   */
  adopt(updates: readonly Uint8Array[]): Promise<number>;
  /** Whether commits succeed here. */
  isStoring(): boolean;
  /** Reads the log after the position `after`. */
  readLog(after: number): Promise<StoredScene>;
  presenceChanged(clients: readonly number[]): void;
  /** These clients must announce themselves again with a later clock. */
  presenceOutdated(clients: readonly { client: number; clock: number }[]): void;
  /** Access to the scene has changed on another server, or may have. */
  accessChanged(): void;
  evict(code: ErrorCode): void;
}
