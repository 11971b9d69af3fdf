import type { ErrorCode } from '@diorama/shared';
import type { DocumentSize } from './checks/document-size.js';

/** What the live part of the server measures of itself. */
export interface RealtimeMetrics {
  roomOpened(): void;
  roomClosed(): void;
  /** The document of an open room, until it is closed. */
  documentOpened(size: DocumentSize): void;
  documentClosed(size: DocumentSize): void;
  connectionOpened(): void;
  /** `code` is the WebSocket close code. */
  connectionClosed(code: number): void;
  received(bytes: number): void;
  sent(bytes: number): void;
  /** A document or presence frame waited this long for its tick. */
  relayed(seconds: number): void;
  refused(code: ErrorCode): void;
  /** A connection fell behind: updates are held back until it has read what it was sent. */
  lagged(): void;
  /** A connection that does not keep up was not sent what others show of themselves. */
  presenceDropped(): void;
  /** Connections that had fallen behind were brought up to date by one diff. */
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
