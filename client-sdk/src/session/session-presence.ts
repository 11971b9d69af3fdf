import type { Presence } from '@diorama/shared';
import type { Awareness } from 'y-protocols/awareness';

/** Who else is in the scene, and what this session shows of itself; nothing of it is stored. */
export interface SessionPresence {
  /** This session's Yjs client id, by which others find it in their `others`. */
  readonly clientId: number;
  /** What this session shows of itself, at once, also before it is sent. */
  readonly self: Presence;
  /** The others by client id; a new map for each change, empty without a connection. What a foreign client wrote wrongly is left out. */
  readonly others: ReadonlyMap<number, Presence>;
  /** The same as y-protocols has it, for bindings of other libraries. The session owns it: leave its life to `close()`. */
  readonly awareness: Awareness;
  /**
   * Changes some keys; undefined removes one. Sent at most 60 times a second, the last state always.
   *
   * Above 64 KiB `live` is not sent, and above that still nor is `selection`.
   */
  set(patch: Partial<Presence>): void;
}
