import { DioramaError, type ErrorCode } from '@diorama/shared';
import type { Logger } from '../observability/logger.js';
import type { SceneLink } from './bus/scene-link.js';
import type { DocumentSize } from './checks/document-size.js';
import type { Acknowledgements } from './document/acknowledgements.js';
import type { DocumentIntake } from './document/document-intake.js';
import type { LiveDocument } from './document/live-document.js';
import type { ProjectionRepair } from './document/projection-repair.js';
import type { CatchUp } from './fan-out/catch-up.js';
import type { Delivery } from './fan-out/delivery.js';
import type { RoomPresence } from './presence/room-presence.js';
import type { RealtimeMetrics } from './realtime-metrics.js';
import type { RoomAccess } from './room-access.js';
import type { RoomClient } from './room-client.js';

/** The parts of a room, which `createRoom` connects. */
export interface RoomParts {
  readonly sceneId: string;
  /** The connected clients. The room alone changes the set. */
  readonly clients: Set<RoomClient>;
  readonly access: RoomAccess;
  readonly catchUp: CatchUp;
  readonly document: LiveDocument;
  readonly size: DocumentSize;
  readonly intake: DocumentIntake;
  readonly acknowledgements: Acknowledgements;
  readonly presence: RoomPresence;
  readonly delivery: Delivery;
  readonly link: SceneLink;
  readonly repair: ProjectionRepair;
  readonly logger: Logger;
  readonly metrics: RealtimeMetrics;
}

/**
 * The live state of one scene in this process: its document, its clients, and what waits to be committed.
 *
 * An update is checked, applied, relayed and appended to the log. It is acknowledged when it is committed. Poses are
 * applied later, before the document is read.
 */
export class Room {
  readonly sceneId: string;
  /** Reads and edits the document on behalf of the server. */
  readonly access: RoomAccess;
  /** Sends clients what they lack. */
  readonly catchUp: CatchUp;
  readonly #clients: Set<RoomClient>;
  readonly #document: LiveDocument;
  readonly #size: DocumentSize;
  readonly #intake: DocumentIntake;
  readonly #acknowledgements: Acknowledgements;
  readonly #presence: RoomPresence;
  readonly #delivery: Delivery;
  readonly #link: SceneLink;
  readonly #repair: ProjectionRepair;
  readonly #logger: Logger;
  readonly #metrics: RealtimeMetrics;
  #closed: ErrorCode | undefined;

  constructor(parts: RoomParts) {
    this.sceneId = parts.sceneId;
    this.access = parts.access;
    this.catchUp = parts.catchUp;
    this.#clients = parts.clients;
    this.#document = parts.document;
    this.#size = parts.size;
    this.#intake = parts.intake;
    this.#acknowledgements = parts.acknowledgements;
    this.#presence = parts.presence;
    this.#delivery = parts.delivery;
    this.#link = parts.link;
    this.#repair = parts.repair;
    this.#logger = parts.logger;
    this.#metrics = parts.metrics;
  }

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  /** Whether everything that has arrived is committed. */
  get isStored(): boolean {
    return this.#intake.isEmpty && this.#acknowledgements.pending === undefined;
  }

  /** Resolves with the position when everything that has arrived so far is committed. Rejects if it cannot be. */
  async stored(): Promise<number> {
    this.#intake.flush();
    return (await this.#acknowledgements.pending) ?? this.#link.position;
  }

  join(client: RoomClient): void {
    this.#clients.add(client);
    this.catchUp.greet(client);
  }

  leave(client: RoomClient): void {
    this.#intake.flush();
    this.#clients.delete(client);
    this.#intake.forget(client);
    this.#delivery.forget(client);
    this.#presence.leave(client);
  }

  /** A message of this size has arrived from the client. */
  received(client: RoomClient, bytes: number): void {
    this.#delivery.took(client, bytes);
  }

  /**
   * Takes the client's `number`th document frame. Throws `bad_frame`; a forbidden change is refused by a frame instead.
   */
  receiveUpdate(client: RoomClient, number: number, update: Uint8Array): void {
    this.#intake.receive(client, number, update);
  }

  /** Tells the client that its `number`th document frame was not applied, and why. */
  refuse(client: RoomClient, number: number, error: DioramaError): void {
    // A refusal acknowledges all earlier frames.
    this.#intake.flush();
    this.#intake.refuse(client, number, error);
  }

  /** Asks the client for what the scene lacks, such as refused writes. */
  ask(client: RoomClient): void {
    this.#intake.ask(client);
  }

  receivePresence(client: RoomClient, update: Uint8Array): void {
    this.#presence.receive(client, update);
  }

  /** The log is known to reach `seq`. It is read unless the missing rows arrive soon. */
  headIs(seq: number): void {
    this.#link.headIs(seq);
  }

  /** Sends what waits for the next tick. */
  flush(): void {
    this.#delivery.tick();
  }

  /** Ends the room and closes its clients with the code. */
  close(code: ErrorCode, detail?: string): void {
    if (this.isClosed) return;
    this.#intake.flush();
    if (this.isClosed) return;
    this.#closed = code;
    this.#delivery.stop();
    for (const client of [...this.#clients]) client.close(code, detail);
    this.#clients.clear();
    this.#link.close();
    this.#repair.close();
    this.#metrics.documentClosed(this.#size);
    this.#document.destroy();
  }

  /** Throws the reason when the room is closed. */
  requireOpen(): void {
    if (this.#closed !== undefined) throw new DioramaError(this.#closed);
  }

  /** Runs what changes the document; a failure half-way ends the room. Returns whether the room is open afterwards. */
  guarded(apply: () => void): boolean {
    if (this.isClosed) return false;
    try {
      apply();
    } catch (error) {
      // The document may hold half of the change, which the log lacks: the next room starts again from the log.
      this.fail(error);
    }
    return !this.isClosed;
  }

  /** Ends the room because of an error after which its document must not be used any more. */
  fail(error: unknown): void {
    if (this.isClosed) return;
    const known =
      error instanceof DioramaError ? error : new DioramaError('internal', undefined, { cause: error });
    if (known.code !== 'scene_not_found')
      this.#logger.error({ err: error, scene: this.sceneId }, 'room failed');
    this.close(known.code);
  }
}
