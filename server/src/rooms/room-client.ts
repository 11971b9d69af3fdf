import type { ErrorCode, Refused } from '@diorama/shared';
import type { Principal } from '../access/principal.js';
import type { PausableReader } from './fan-out/read-backpressure.js';

/** A connection as its room sees it. */
export interface RoomClient extends PausableReader {
  readonly principal: Principal;
  /** Writes ready-made WebSocket frames in one go. */
  write(...frames: readonly Buffer[]): void;
  /** Bytes that were written and not yet taken by the network. */
  readonly unsentBytes: number;
  /** Whether what comes from it was sent seconds ago: more than the room can take waits behind it. */
  readonly isBehind: boolean;
  /** Milliseconds for which something that was written to it has not arrived; otherwise 0. */
  readonly lateMs: number;
  /** Calls back once, when everything written so far has arrived. */
  onceCaughtUp(callback: () => void): void;
  /** The frame, if any, that tells this client that its first `frames` document frames are committed. */
  savedFrame(frames: number): Buffer | undefined;
  /** The frame that tells this client what was not applied, and why. */
  refusedFrame(refused: Refused): Buffer;
  /** Cuts the connection if nothing is heard of it within a second, and calls back when it is cut. `asker` asks once at a time. */
  cutIfDead(asker: object, cut: () => void): void;
  close(code: ErrorCode, detail?: string): void;
}
