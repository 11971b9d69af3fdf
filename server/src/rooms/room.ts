import { DioramaError, type ErrorCode } from '@diorama/shared';
import { decodeStored } from '../log/load.js';
import type { SceneLog } from '../log/scene-log.js';
import { applyUpdate } from '../log/update-decoder.js';
import type { Logger } from '../observability/logger.js';
import { DocumentSize } from './checks/document-size.js';
import type { LinkedRoom } from './bus/linked-room.js';
import type { SceneLink } from './bus/scene-link.js';
import { LiveDocument } from './document/live-document.js';
import { ProjectionRepair } from './document/projection-repair.js';
import { RoomAccess } from './room-access.js';
import { projectionOf } from './document/scene-projection.js';
import { stateForCompaction } from './document/compaction-state.js';
import { CatchUp } from './fan-out/catch-up.js';
import { Delivery } from './fan-out/delivery.js';
import { Acknowledgements } from './document/acknowledgements.js';
import { DocumentIntake } from './document/document-intake.js';
import { ClientIdConflicts } from './presence/client-id-conflicts.js';
import { RoomPresence } from './presence/room-presence.js';
import type { RealtimeMetrics } from './realtime-metrics.js';
import type { RoomClient } from './room-client.js';
import type { RoomOptions } from './room-options.js';

/**
 * The live state of one scene in this process: its document, who is connected, and what waits for its commit.
 *
 * An update is checked, applied (a pose: before anybody looks), relayed at once and appended to the log; it is acknowledged when it is
 * committed.
 */
export class Room {
  readonly sceneId: string;
  /** Reads and edits the document for the server itself. */
  readonly access: RoomAccess;
  /** Sends clients what they lack. */
  readonly catchUp: CatchUp;
  readonly #document: LiveDocument;
  readonly #intake: DocumentIntake;
  readonly #size: DocumentSize;
  readonly #metrics: RealtimeMetrics;
  readonly #log: SceneLog;
  readonly #logger: Logger;
  readonly #clients = new Set<RoomClient>();
  readonly #link: SceneLink;
  readonly #repair: ProjectionRepair;
  readonly #presence: RoomPresence;
  readonly #conflicts: ClientIdConflicts;
  readonly #delivery: Delivery;
  readonly #acknowledgements: Acknowledgements;
  #closed: ErrorCode | undefined;

  constructor(options: RoomOptions) {
    this.sceneId = options.sceneId;
    this.#link = options.link;
    this.#log = options.log;
    this.#repair = new ProjectionRepair({
      isExact: () => this.isStored && this.#link.isExact,
      write: () => this.#log.project(this.sceneId, this.#link.position, projectionOf(options.doc)),
      failed: (error) => this.#logger.warn({ err: error, scene: this.sceneId }, 'name and number of nodes'),
    });
    this.#logger = options.logger;
    this.#conflicts = new ClientIdConflicts({ clients: this.#clients, ask: (client) => this.ask(client) });
    this.#presence = new RoomPresence({
      changedHere: (clients) => this.#link.presenceChanged(clients),
      wake: () => this.#delivery.presenceChanged(),
      send: (client, frame) => this.#delivery.toOne(client, frame),
      isHere: (client) => this.#clients.has(client),
      writerOf: (id) => this.#intake.writerOf(id),
      contested: (client, rivals) => this.#conflicts.resolve(client, rivals),
    });
    this.#acknowledgements = new Acknowledgements({
      // What it may build upon must be stored as well.
      saved: (client, frames) => this.#link.whenCommitted(() => this.#saved(client, frames)),
      committed: (seq, commit) => this.#committed(seq, commit),
      failed: (error) => this.#fail(error),
    });
    this.#delivery = new Delivery({
      clients: this.#clients,
      limits: options.limits,
      metrics: options.metrics,
      pace: options.pace,
      doc: () => this.#document.doc,
      takeIn: () => this.#intake.flush(),
      takePresence: () => this.#presence.takeChanged(),
      catchUp: (clients, update) => this.catchUp.afterLag(clients, update),
      writtenVector: () => this.#document.relayedVector(),
      backlog: () => this.#document.heldBacklog + options.log.backlog,
    });
    this.#document = new LiveDocument({
      sceneId: options.sceneId,
      doc: options.doc,
      fullState: options.fullState,
      log: options.log,
      relayHoldMs: options.limits.relayHoldMs,
      observer: options.observer,
      grew: (bytes) => this.#size.grew(bytes),
      appended: (commit) => {
        this.#link.appended(commit);
        this.#acknowledgements.appended(commit);
      },
      relay: ({ update, frame }, origin) => {
        this.#link.relayed(update);
        this.#delivery.toAll(frame, origin);
      },
      show: ({ frame }) => {
        this.#repair.touched();
        this.#delivery.toAll(frame, undefined);
      },
      deferred: (update) => this.#link.relayed(update),
      failed: (error) => this.#fail(error),
    });
    this.#metrics = options.metrics;
    this.#size = new DocumentSize({
      doc: () => this.#document.doc,
      bytes: options.fullState.bytes,
      maxBytes: options.limits.sceneMaxBytes,
      now: () => performance.now(),
    });
    this.#metrics.documentOpened(this.#size);
    this.#intake = new DocumentIntake({
      document: this.#document,
      log: options.log,
      acknowledgements: this.#acknowledgements,
      metrics: options.metrics,
      guard: {
        size: this.#size,
        announcedBy: (id) => this.#presence.states.ownerOf(id)?.principal,
        contested: (client, id, writers) =>
          this.#conflicts.resolve(client as RoomClient, [...writers, this.#presence.states.ownerOf(id)]),
      },
      send: (client, ready) => this.#delivery.toOne(client, ready),
      received: () => this.#delivery.received(),
      taken: () => this.#delivery.tickIfOverdue(),
      guarded: (apply) => this.#guarded(apply),
    });
    this.catchUp = new CatchUp({
      clients: this.#clients,
      document: this.#document,
      size: this.#size,
      presence: this.#presence,
      slices: options.slices,
      flush: () => this.#intake.flush(),
    });
    this.access = new RoomAccess({
      sceneId: options.sceneId,
      document: this.#document,
      link: options.link,
      log: options.log,
      flush: () => this.#intake.flush(),
      isSceneFull: () => this.#intake.isSceneFull,
      isStored: () => this.isStored,
      stored: () => this.stored(),
      requireOpen: () => {
        if (this.#closed !== undefined) throw new DioramaError(this.#closed);
      },
    });
    this.#link.attach(this.#linked(options), options.seq);
    this.#log.offer(this.sceneId, () => stateForCompaction(this.#document.doc, this.#link.position));
  }

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  /** Whether all that has arrived is committed. */
  get isStored(): boolean {
    return this.#intake.isEmpty && this.#acknowledgements.pending === undefined;
  }

  /** Resolves when everything that has arrived by now is committed, with the position. Rejects when that cannot be. */
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

  /** Something of so many bytes has come from the client. */
  received(client: RoomClient, bytes: number): void {
    this.#delivery.took(client, bytes);
  }

  /** Takes the client's `number`th document frame. Throws `bad_frame`; what is merely not allowed is refused by a frame. */
  receiveUpdate(client: RoomClient, number: number, update: Uint8Array): void {
    this.#intake.receive(client, number, update);
  }

  /** Tells the client that its `number`th document frame was not applied, and why. */
  refuse(client: RoomClient, number: number, error: DioramaError): void {
    // A refusal says of all frames before it that they were taken.
    this.#intake.flush();
    this.#intake.refuse(client, number, error);
  }

  /** Asks the client for what the scene lacks, such as what it wrote while its writes were refused. */
  ask(client: RoomClient): void {
    this.#intake.ask(client);
  }

  receivePresence(client: RoomClient, update: Uint8Array): void {
    this.#presence.receive(client, update);
  }

  /** The log goes as far as `seq`: what is missing is read, unless it arrives at once. */
  headIs(seq: number): void {
    this.#link.headIs(seq);
  }

  /** Sends what waits for its tick. */
  flush(): void {
    this.#delivery.tick();
  }

  /** Ends the room; its clients are closed with the code. */
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

  #guarded(apply: () => void): boolean {
    if (this.isClosed) return false;
    try {
      apply();
    } catch (error) {
      // The document may hold half of it, which the log does not have: start again from the log.
      this.#fail(error);
    }
    return !this.isClosed;
  }

  #saved(client: RoomClient, frames: number): void {
    const ready = this.#clients.has(client) ? client.savedFrame(frames) : undefined;
    if (ready !== undefined) this.#delivery.toOne(client, ready);
  }

  #committed(seq: number, commit: Promise<number>): void {
    this.#document.committed(commit);
    this.#link.committed(seq);
    this.#intake.committed();
  }

  /** What its link to other servers may do. */
  #linked({ evicted, accessChanged }: RoomOptions): LinkedRoom {
    const document = this.#document;
    return {
      presence: this.#presence.states,
      applyForeign: (updates) =>
        this.#guarded(() =>
          document.applyForeign((doc) => {
            for (const update of updates) applyUpdate(doc, update);
          }),
        ),
      applyStored: (stored) => this.#guarded(() => document.applyForeign((doc) => decodeStored(doc, stored))),
      adopt: (updates) => document.adopt(updates),
      isStoring: () => !this.#log.isAway,
      readLog: (after) => this.#log.readAfter(this.sceneId, after),
      presenceChanged: (clients) => this.#presence.changed(clients),
      presenceOutdated: (clients) => this.#presence.outdated(clients),
      accessChanged,
      evict: (code) => evicted(code),
    };
  }

  #fail(error: unknown): void {
    if (this.isClosed) return;
    const known =
      error instanceof DioramaError ? error : new DioramaError('internal', undefined, { cause: error });
    if (known.code !== 'scene_not_found')
      this.#logger.error({ err: error, scene: this.sceneId }, 'room failed');
    this.close(known.code);
  }
}
