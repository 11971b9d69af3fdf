import type { ErrorCode } from '@diorama/shared';
import type { DocumentSize } from './checks/document-size.js';

/** Metrics of the real-time part of the server. */
export interface RealtimeMetrics {
  roomOpened(): void;
  roomClosed(): void;
  /** The document of a room that was opened; it counts until `documentClosed`. */
  documentOpened(size: DocumentSize): void;
  documentClosed(size: DocumentSize): void;
  connectionOpened(): void;
  /** `code` is the WebSocket close code. */
  connectionClosed(code: number): void;
  received(bytes: number): void;
  sent(bytes: number): void;
  /** How long a frame waited for its tick. */
  relayed(seconds: number): void;
  refused(code: ErrorCode): void;
  /** A connection fell behind: it gets no updates until it has read what it was sent. */
  lagged(): void;
  /** A connection that does not keep up was not sent presence. */
  presenceDropped(): void;
  /** Connections that had fallen behind were updated by one diff. */
  resynced(connections: number): void;
}

export const NO_REALTIME_METRICS: RealtimeMetrics = {
  roomOpened: () => undefined,
  roomClosed: () => undefined,
  documentOpened: () => undefined,
  documentClosed: () => undefined,
  connectionOpened: () => undefined,
  connectionClosed: () => undefined,
  received: () => undefined,
  sent: () => undefined,
  relayed: () => undefined,
  refused: () => undefined,
  lagged: () => undefined,
  presenceDropped: () => undefined,
  resynced: () => undefined,
};
