import type * as Y from 'yjs';
import type { RealtimeMetrics } from '../realtime-metrics.js';
import type { RoomClient } from '../room-client.js';
import { FanOut } from './fan-out.js';
import { LaggingClients, type LaggingLimits } from './lagging-clients.js';
import { ReadBackpressure } from './read-backpressure.js';
import type { TickPace } from './tick-pace.js';

export interface DeliveryLimits extends LaggingLimits {
  /** Frames that follow each other within this time are joined. */
  readonly fanOutWindowMs: number;
}

export interface DeliveryOptions {
  readonly clients: ReadonlySet<RoomClient>;
  readonly limits: DeliveryLimits;
  readonly metrics: RealtimeMetrics;
  readonly pace: TickPace;
  /** The document including all held poses. */
  readonly doc: () => Y.Doc;
  /** Applies what has been received, so that its results are sent too. */
  readonly takeIn: () => void;
  /** The presence that has changed since the last tick, as one frame. */
  readonly takePresence: () => Buffer | undefined;
  /** Updates clients that have read everything they were sent. `update`, if given, holds all they lack. */
  readonly catchUp: (clients: readonly RoomClient[], update: Uint8Array | undefined) => void;
  /** A state vector up to which all clients that keep up have been sent everything. */
  readonly writtenVector: () => Uint8Array;
  /** Bytes that wait to be stored or relayed, not counting those that wait for clients to read them. */
  readonly backlog: () => number;
}

/**
 * Sends frames to the clients of a room, and controls how fast the clients are read.
 *
 * Combines fan-out, lagging clients and backpressure: each tick shows which clients lag, and writers are read no faster
 * than readers and the log keep up.
 */
export class Delivery {
  readonly #fanOut: FanOut;
  readonly #lagging: LaggingClients;
  readonly #backpressure: ReadBackpressure;

  constructor(options: DeliveryOptions) {
    const { clients, metrics, limits, backlog } = options;
    this.#lagging = new LaggingClients({
      limits,
      metrics,
      doc: options.doc,
      catchUp: options.catchUp,
      writtenVector: options.writtenVector,
      wake: () => this.#fanOut.presenceChanged(),
    });
    this.#backpressure = new ReadBackpressure({
      pass: () => this.#fanOut.tick(),
      backlog: () => this.#lagging.congestion(clients) + backlog(),
    });
    this.#fanOut = new FanOut({
      clients,
      metrics,
      windowMs: limits.fanOutWindowMs,
      pace: options.pace,
      takeIn: options.takeIn,
      takePresence: options.takePresence,
      afterTick: (tookIn) => {
        this.#lagging.check(clients);
        if (tookIn) this.#backpressure.passed();
      },
      isHeld: (client) => this.#lagging.has(client),
      dropsPresence: (client) => this.#lagging.dropsPresence(client),
    });
  }

  /** Sends a frame to all clients except `sender`. */
  toAll(frame: Buffer, sender: RoomClient | undefined): void {
    this.#fanOut.toAll(frame, sender);
  }

  /** Sends a frame to one client. */
  toOne(client: RoomClient, frame: Buffer): void {
    this.#fanOut.toOne(client, frame);
  }

  /** Bytes arrived from the client. */
  took(client: RoomClient, bytes: number): void {
    this.#backpressure.took(client, bytes);
  }

  /** An update was received that the next tick applies. */
  received(): void {
    this.#fanOut.received();
  }

  /** Presence has changed: schedules a tick that sends it. */
  presenceChanged(): void {
    this.#fanOut.presenceChanged();
  }

  /** Applies what was received and sends what has gathered. */
  tick(): void {
    this.#fanOut.tick();
  }

  /** Runs a tick if one is overdue: timers do not fire while the event loop is busy with input. */
  tickIfOverdue(): void {
    this.#fanOut.tickIfOverdue();
  }

  /** The client has left. */
  forget(client: RoomClient): void {
    this.#backpressure.forget(client);
    this.#lagging.delete(client);
  }

  stop(): void {
    this.#fanOut.stop();
    this.#backpressure.close();
  }
}
