import type * as Y from 'yjs';
import type { RealtimeMetrics } from '../realtime-metrics.js';
import type { RoomClient } from '../room-client.js';
import { FanOut } from './fan-out.js';
import { LaggingClients, type LaggingLimits } from './lagging-clients.js';
import { ReadBackpressure } from './read-backpressure.js';
import type { TickPace } from './tick-pace.js';

export interface DeliveryLimits extends LaggingLimits {
  /** While frames keep coming they are joined for this long. */
  readonly fanOutWindowMs: number;
}

export interface DeliveryOptions {
  readonly clients: ReadonlySet<RoomClient>;
  readonly limits: DeliveryLimits;
  readonly metrics: RealtimeMetrics;
  readonly pace: TickPace;
  /** The document with all that was written until now. */
  readonly doc: () => Y.Doc;
  /** Takes in what has been received: what it leads to goes along. */
  readonly takeIn: () => void;
  /** The presence that has changed since the last tick, as one frame. */
  readonly takePresence: () => Buffer | undefined;
  /** Brings clients up to date that have read all that they were sent; `update`, if given, holds all that they lack. */
  readonly catchUp: (clients: readonly RoomClient[], update: Uint8Array | undefined) => void;
  /** A state vector of which all clients that keep up have been written everything. */
  readonly writtenVector: () => Uint8Array;
  /** Bytes that wait to be stored or shown, besides those that wait for clients to read them. */
  readonly backlog: () => number;
}

/**
 * What goes to the clients of a room, and when they are read.
 *
 * The three depend on each other: after a tick it shows who lags, and whoever writes is read no faster than the others, and the log, take it.
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

  /** A ready-made frame for all clients but `sender`. */
  toAll(frame: Buffer, sender: RoomClient | undefined): void {
    this.#fanOut.toAll(frame, sender);
  }

  /** A ready-made frame for one client. */
  toOne(client: RoomClient, frame: Buffer): void {
    this.#fanOut.toOne(client, frame);
  }

  /** Something of so many bytes has come from the client. */
  took(client: RoomClient, bytes: number): void {
    this.#backpressure.took(client, bytes);
  }

  /** Something has come in of which the next tick makes frames. */
  received(): void {
    this.#fanOut.received();
  }

  /** Presence has changed: makes sure that a tick comes which takes it along. */
  presenceChanged(): void {
    this.#fanOut.presenceChanged();
  }

  /** Takes in what was received, and writes what has gathered. */
  tick(): void {
    this.#fanOut.tick();
  }

  /** The same where that is overdue: while the event loop is busy with what comes in, no timer gets its turn. */
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
