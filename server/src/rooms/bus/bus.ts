import type { Probe } from '../../observability/readiness.js';

/** Names a server on the bus for as long as its process lives. */
export type ServerId = string;

/** What a bus tells of itself. */
export interface BusListener {
  /** The connection is back: whatever was published meanwhile has been missed. */
  regained(): void;
  /** Nothing arrives and nothing is delivered for now. */
  lost(): void;
  /** A server has fallen silent: it has died, or nothing gets through from it. */
  gone(server: ServerId): void;
}

/** Takes what other servers published on a scene, in the order of each. */
export type BusReceiver = (message: Uint8Array, from: ServerId) => void;

/**
 * Carries messages between the servers that have a scene open. It is fast and may lose some: the log is the truth.
 *
 * Nobody receives what they published themselves.
 */
export interface Bus {
  /** What it is, for whoever operates the server. */
  readonly name: string;
  /** Whether there can be other servers. Where there cannot, nothing needs to be said. */
  readonly isShared: boolean;
  /** Whether messages get through at present. */
  readonly isConnected: boolean;
  /**
   * Resolves when everything that is published from now on will be received, or at once while the connection is lost:
   * `regained` follows then. Returns what ends the subscription. A scene has one subscription at a time.
   */
  subscribe(sceneId: string, receive: BusReceiver): Promise<() => void>;
  /** Sends to the servers that are subscribed to the scene; dropped while the connection is lost. */
  publish(sceneId: string, message: Uint8Array): void;
  /** Returns what ends the watching. */
  watch(listener: BusListener): () => void;
  /** Rejects with the reason why messages do not get through. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** A server that does not hear others at once is still right, a little later: the probe is never required. */
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
