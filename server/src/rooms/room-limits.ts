export interface RoomLimits {
  /** Updates that follow each other within this time are joined into one write. Default 10 ms. */
  readonly fanOutWindowMs: number;
  /**
   * While the log is slow, an update is relayed when it is committed, or after this time. Default 2,000 ms.
   *
   * What is relayed before its commit may be lost in a crash; what is never relayed looks like a dead connection.
   */
  readonly relayHoldMs: number;
  /**
   * A connection with more unsent bytes gets no presence until it has read what it was sent, then all of it. Default
   * 256 KiB.
   */
  readonly presenceUnsentBytes: number;
  /**
   * A connection with more unsent bytes gets no updates until it has read them, then one with everything it lacks.
   * Default 4 MiB.
   */
  readonly softUnsentBytes: number;
  /** A connection to which data takes longer gets no updates either, until everything has arrived. Default 2,500 ms. */
  readonly mostLateMs: number;
  /** A connection with more unsent bytes is closed. Default 64 MiB. */
  readonly hardUnsentBytes: number;
  /** A document with a larger encoded size accepts deletions only. Default 64 MiB. */
  readonly sceneMaxBytes: number;
}

export const DEFAULT_ROOM_LIMITS: RoomLimits = {
  fanOutWindowMs: 10,
  relayHoldMs: 2_000,
  presenceUnsentBytes: 256 * 1024,
  softUnsentBytes: 4 * 1024 * 1024,
  mostLateMs: 2_500,
  hardUnsentBytes: 64 * 1024 * 1024,
  sceneMaxBytes: 64 * 1024 * 1024,
};
