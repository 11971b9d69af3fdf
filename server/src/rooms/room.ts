import { DioramaError, type ErrorCode } from '@diorama/shared';
import * as Y from 'yjs';
import { mayBeSamePerson } from '../access/principal.js';
import { decodeStored } from '../log/load.js';
import type { SceneLog } from '../log/scene-log.js';
import { applyUpdate } from '../log/update-decoder.js';
import type { Logger } from '../observability/logger.js';
import { Acknowledgements } from './document/acknowledgements.js';
import { DocumentSize } from './checks/document-size.js';
import { DocumentIntake } from './document/document-intake.js';
import { FanOut } from './fan-out/fan-out.js';
import { isEmptyStateVector, LiveDocument } from './document/live-document.js';
import { LaggingClients } from './fan-out/lagging-clients.js';
import { ProjectionRepair } from './document/projection-repair.js';
import { ReadPace } from './fan-out/read-pace.js';
import type { RealtimeMetrics } from './realtime-metrics.js';
import type { RoomClient } from './room-client.js';
import { RoomPresence } from './presence/room-presence.js';
import { RoomAccess } from './room-access.js';
import type { RoomOptions } from './room-options.js';
import type { LinkedRoom, SceneLink } from './bus/scene-link.js';
import { projectionOf } from './document/scene-projection.js';
import { step1Frame, updateFrame } from './frames/server-frames.js';
import type { Slices } from './document/slices.js';
import { smallState } from './document/small-state.js';

/** To send so much takes a millisecond; of a larger scene, and where fifty come at once, all other rooms would wait. */
const LARGE_BYTES = 256 * 1024;

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
  readonly #fanOut: FanOut;
  readonly #reading: ReadPace;
  readonly #slices: Slices;
  readonly #lagging: LaggingClients;
  readonly #acknowledgements: Acknowledgements;
  #closed: ErrorCode | undefined;

  constructor(options: RoomOptions) {
    this.sceneId = options.sceneId;
    this.#link = options.link;
    this.#log = options.log;
    this.#slices = options.slices;
    this.#repair = new ProjectionRepair({
      isExact: () => this.isStored && this.#link.isExact,
      write: () => this.#log.project(this.sceneId, this.#link.position, projectionOf(options.doc)),
      failed: (error) => this.#logger.warn({ err: error, scene: this.sceneId }, 'name and number of nodes'),
    });
    this.#logger = options.logger;
    this.#presence = new RoomPresence({
      changedHere: (clients) => this.#link.presenceChanged(clients),
      wake: () => this.#fanOut.presenceChanged(),
      send: (client, frame) => this.#fanOut.toOne(client, frame),
      isHere: (client) => this.#clients.has(client),
      writerOf: (id) => this.#intake.writerOf(id),
      contested: (client, rivals) => this.#contest(client, rivals),
    });
    this.#acknowledgements = new Acknowledgements({
      // What it may build upon must be stored as well.
      saved: (client, frames) => this.#link.whenCommitted(() => this.#saved(client, frames)),
      committed: (seq, commit) => this.#committed(seq, commit),
      failed: (error) => this.#fail(error),
    });
    const document = (): LiveDocument => this.#document;
    this.#lagging = new LaggingClients({
      get doc() {
        return document().doc;
      },
      limits: options.limits,
      catchUp: (clients, update) => this.#catchUp(clients, update),
      wake: () => this.#fanOut.presenceChanged(),
      writtenVector: () => this.#document.relayedVector(),
      metrics: options.metrics,
    });
    this.#reading = new ReadPace({
      pass: () => this.#fanOut.tick(),
      backlog: () =>
        this.#lagging.congestion(this.#clients) + this.#document.heldBacklog + options.log.backlog,
    });
    this.#fanOut = new FanOut({
      clients: this.#clients,
      metrics: options.metrics,
      windowMs: options.limits.fanOutWindowMs,
      pace: options.pace,
      takeIn: () => this.#intake.flush(),
      takePresence: () => this.#presence.takeChanged(),
      afterTick: (tookIn) => {
        this.#lagging.check(this.#clients);
        if (tookIn) this.#reading.passed();
      },
      isHeld: (client) => this.#lagging.has(client),
      dropsPresence: (client) => this.#lagging.dropsPresence(client),
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
        this.#fanOut.toAll(frame, origin);
      },
      show: ({ frame }) => {
        this.#repair.touched();
        this.#fanOut.toAll(frame, undefined);
      },
      deferred: (update) => this.#link.relayed(update),
      failed: (error) => this.#fail(error),
    });
    this.#metrics = options.metrics;
    this.#size = new DocumentSize({
      get doc() {
        return document().doc;
      },
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
          this.#contest(client as RoomClient, [...writers, this.#presence.states.ownerOf(id)]),
      },
      send: (client, ready) => this.#fanOut.toOne(client, ready),
      received: () => this.#fanOut.received(),
      taken: () => this.#fanOut.tickIfOverdue(),
      guarded: (apply) => this.#guarded(apply),
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
    this.#log.offer(this.sceneId, () => smallState(this.#document.doc, this.#link.position));
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
    client.write(step1Frame(Y.encodeStateVector(this.#document.doc)));
    if (this.#presence.states.size > 0) client.write(this.#presence.frame());
  }

  leave(client: RoomClient): void {
    this.#intake.flush();
    this.#clients.delete(client);
    this.#intake.forget(client);
    this.#reading.forget(client);
    this.#lagging.delete(client);
    this.#presence.leave(client);
  }

  /** Answers a client's state vector with what it lacks. */
  sync(client: RoomClient, stateVector: Uint8Array): void {
    const answer = (): void => {
      if (!this.#clients.has(client)) return;
      this.#intake.flush();
      client.write(...this.#document.framesSince(stateVector));
    };
    // Any other may be malformed, which its sender has to hear.
    if (isEmptyStateVector(stateVector) && this.#size.estimate >= LARGE_BYTES) this.#slices.add(answer);
    else answer();
  }

  /** Brings a client up to date that was sent what is stored, at that mark, before the room was open. */
  syncAfterStored(client: RoomClient, mark: number): void {
    client.write(...this.#document.framesAfterStored(mark));
  }

  /** Something of so many bytes has come from the client. */
  received(client: RoomClient, bytes: number): void {
    this.#reading.took(client, bytes);
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

  sendPresence(client: RoomClient): void {
    client.write(this.#presence.frame());
  }

  /** The log goes as far as `seq`: what is missing is read, unless it arrives at once. */
  headIs(seq: number): void {
    this.#link.headIs(seq);
  }

  /** Sends what waits for its tick. */
  flush(): void {
    this.#fanOut.tick();
  }

  /** Ends the room; its clients are closed with the code. */
  close(code: ErrorCode, detail?: string): void {
    if (this.isClosed) return;
    this.#intake.flush();
    if (this.isClosed) return;
    this.#closed = code;
    this.#fanOut.stop();
    this.#reading.close();
    for (const client of [...this.#clients]) client.close(code, detail);
    this.#clients.clear();
    this.#link.close();
    this.#repair.close();
    this.#metrics.documentClosed(this.#size);
    this.#document.destroy();
  }

  /**
   * The id of a client is another one's, who may be the same one before its network broke: that connection has a second to show that it lives.
   * Else it is cut, and the client asked for what was left out meanwhile.
   */
  #contest(client: RoomClient, rivals: Iterable<object | undefined>): void {
    for (const rival of this.#clients) {
      if (rival === client || ![...rivals].includes(rival)) continue;
      if (!mayBeSamePerson(rival.principal.subject, client.principal.subject)) continue;
      rival.cutIfDead(client, () => {
        if (this.#clients.has(client)) this.ask(client);
      });
    }
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
    if (ready !== undefined) this.#fanOut.toOne(client, ready);
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

  #catchUp(clients: readonly RoomClient[], update: Uint8Array | undefined): void {
    const presence = this.#presence.frame();
    const frames = update === undefined ? [presence] : [updateFrame(update), presence];
    for (const client of clients) client.write(...frames);
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
