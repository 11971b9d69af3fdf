export interface RoomLimits {
  /** While updates keep coming they are joined into one write for this long. Default 10 ms. */
  readonly fanOutWindowMs: number;
  /**
   * While the log is slow, an update is shown to others when it is committed, or after this long. Default 2,000 ms.
   *
   * What is shown before it is committed may be lost by a crash; what is never shown looks like a dead connection.
   */
  readonly relayHoldMs: number;
  /** A connection with more unsent bytes gets no presence, and all of it once it has read what it was sent. Default 256 KiB. */
  readonly presenceUnsentBytes: number;
  /** A connection with more unsent bytes gets no updates until it has read them, then one that holds all. Default 4 MiB. */
  readonly softUnsentBytes: number;
  /** A connection where something has been on its way for longer gets no updates either, until all has arrived. Default 2,500 ms. */
  readonly mostLateMs: number;
  /** A connection with more unsent bytes is closed. Default 64 MiB. */
  readonly hardUnsentBytes: number;
  /** A document that is encoded to more bytes takes deletions only. Default 64 MiB. */
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
