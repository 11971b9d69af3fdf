import type { ErrorCode, Refused } from '@diorama/shared';
import type { Principal } from '../access/principal.js';
import type { PausableReader } from './fan-out/read-backpressure.js';

/** A connection as its room sees it. */
export interface RoomClient extends PausableReader {
  readonly principal: Principal;
  /** Writes ready-made WebSocket frames in one go. */
  write(...frames: readonly Buffer[]): void;
  /** Bytes that were written and that the network has not taken yet. */
  readonly unsentBytes: number;
  /** Whether its data was sent seconds ago, since it sends more than the room can take. */
  readonly isBehind: boolean;
  /** How many milliseconds written data has not arrived; otherwise 0. */
  readonly lateMs: number;
  /** Calls back once, when everything written so far has arrived. */
  onceCaughtUp(callback: () => void): void;
  /**
   * The frame that tells this client that its first `frames` document frames are committed; undefined if it has none.
   */
  savedFrame(frames: number): Buffer | undefined;
  /** The frame that tells this client what was not applied, and why. */
  refusedFrame(refused: Refused): Buffer;
  /**
   * Cuts the connection if nothing is heard of it within a second, and then calls back. An `asker` has one pending
   * callback.
   */
  cutIfDead(asker: object, cut: () => void): void;
  close(code: ErrorCode, detail?: string): void;
}
