import type { Probe } from '../../observability/readiness.js';

/** Identifies a server on the bus for the lifetime of its process. */
export type ServerId = string;

/** Events of the bus itself. */
export interface BusListener {
  /** The connection is back. Messages that were published meanwhile have been missed. */
  regained(): void;
  /** The connection is lost: nothing is received or delivered. */
  lost(): void;
  /** A server no longer sends: it has died or is cut off. */
  gone(server: ServerId): void;
}

/** Receives messages of other servers on a scene; those of one server arrive in order. */
export type BusReceiver = (message: Uint8Array, from: ServerId) => void;

/**
 * Carries messages between the servers that have a scene open. It is fast and may lose messages: the log is the source
 * of truth.
 *
 * A server does not receive its own messages.
 */
export interface Bus {
  /** Name of the implementation, for operators. */
  readonly name: string;
  /** Whether there can be other servers. If not, nothing needs to be published. */
  readonly isShared: boolean;
  /** Whether messages are delivered at present. */
  readonly isConnected: boolean;
  /**
   * Resolves when everything that is published from then on will be received. While the connection is lost it resolves
   * at once, and `regained` follows. Returns the function that unsubscribes. A scene has one subscription at a time.
   */
  subscribe(sceneId: string, receive: BusReceiver): Promise<() => void>;
  /** Sends to the servers that are subscribed to the scene. Dropped while the connection is lost. */
  publish(sceneId: string, message: Uint8Array): void;
  /** Returns the function that removes the listener. */
  watch(listener: BusListener): () => void;
  /** Rejects with the reason why messages are not delivered. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** A server without the bus is still correct, only later: it reads the log. So the probe is never required. */
export const busProbe = (bus: Bus): Probe => ({
  name: 'bus',
  required: false,
  async check() {
    try {
      await bus.check();
      return { status: 'ready', detail: bus.name };
    } catch (error) {
      return { status: 'unavailable', detail: error instanceof Error ? error.message : String(error) };
    }
  },
});
