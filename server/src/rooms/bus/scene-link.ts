import { randomInt } from 'node:crypto';
import type { Logger } from '../../observability/logger.js';
import { OrphanedUpdates } from './orphaned-updates.js';
import type { Bus, BusListener, ServerId } from './bus.js';
import { BusInbox } from './bus-inbox.js';
import type { BusEnvelope, BusMessage } from './bus-messages.js';
import type { BusMetrics } from './bus-metrics.js';
import { BusOutbox } from './bus-outbox.js';
import { ForeignUpdates } from './foreign-updates.js';
import type { LinkedRoom } from './linked-room.js';
import { LogFollower } from './log-follower.js';
import { SharedPresences } from '../presence/shared-presence.js';

export interface SceneLinkOptions {
  readonly sceneId: string;
  readonly bus: Bus;
  readonly metrics: BusMetrics;
  readonly logger: Logger;
  /** How long a row that other servers know of may take to arrive before the log is read. Default 150 ms. */
  readonly gapMs?: number;
  /** Updates that another server has not committed after this time are committed here. Default 10,000 ms. */
  readonly adoptMs?: number;
}

const GAP_MS = 150;

/**
 * Connects a room to the rooms of the same scene on other servers.
 *
 * Updates that are relayed here are published at once, and their position in the log after the commit. If a position is
 * missing, or its updates may be, the room reads the log, the source of truth.
 */
export class SceneLink {
  readonly #options: SceneLinkOptions;
  readonly #bus: Bus;
  /** Identifies this opening of the scene; each server and each opening has its own. */
  readonly #stream = randomInt(1, 2 ** 47);
  readonly #inbox: BusInbox;
  readonly #outbox: BusOutbox;
  readonly #foreign = new ForeignUpdates();
  readonly #orphanedUpdates: OrphanedUpdates;
  #ownRows = 0;
  #lastRow: Promise<number> | undefined;
  #room: LinkedRoom | undefined;
  #log: LogFollower | undefined;
  #presence: SharedPresences | undefined;
  #unwatch: () => void = () => undefined;
  #movedWaiters: (() => void)[] = [];
  #closed = false;

  constructor(options: SceneLinkOptions) {
    this.#options = options;
    this.#bus = options.bus;
    this.#orphanedUpdates = new OrphanedUpdates({
      foreign: this.#foreign,
      afterMs: options.adoptMs ?? 10_000,
      isStoring: () => this.#room?.isStoring() ?? false,
      store: (updates) => this.#room?.adopt(updates),
      logger: options.logger,
      settled: () => this.#notifyMoved(),
    });
    this.#inbox = new BusInbox({
      sceneId: options.sceneId,
      bus: options.bus,
      received: (bytes) => options.metrics.received(bytes),
    });
    this.#outbox = new BusOutbox({
      sceneId: options.sceneId,
      bus: options.bus,
      stream: this.#stream,
      latePresence: () => this.#presence?.takeChanged(),
      published: (bytes) => options.metrics.published(bytes),
    });
  }

  /** Every row of the log up to here is in the document. */
  get position(): number {
    return this.#log?.position ?? 0;
  }

  get isShared(): boolean {
    return this.#bus.isShared;
  }

  /** Number of rows that this server has committed. */
  get ownRows(): number {
    return this.#ownRows;
  }

  /** Whether the updates of other servers in the document are exactly those in the log up to `position`. */
  get isExact(): boolean {
    return this.#foreign.isCommitted && this.#log?.hasGap !== true;
  }

  /** Starts to listen. Must be called before the scene is loaded, so that no message is missed. */
  async subscribe(): Promise<void> {
    this.#unwatch = this.#bus.watch(this.#listener);
    await this.#inbox.subscribe();
  }

  /** The room has been loaded from the log up to `seq`. */
  attach(room: LinkedRoom, seq: number): void {
    this.#room = room;
    this.#presence = new SharedPresences(room.presence);
    this.#log = this.#follow(room, seq);
    this.#inbox.open((envelope, from) => this.#take(room, envelope, from));
    this.#outbox.add({ kind: 'query' });
    // Changes of access before the subscription were not heard here.
    if (this.isShared) room.accessChanged();
  }

  /** An update was appended to the log and will be committed by `commit`. */
  appended(commit: Promise<number>): void {
    if (commit === this.#lastRow) return;
    this.#lastRow = commit;
    this.#outbox.rowBegun();
  }

  /** An update is relayed to the clients here. */
  relayed(update: Uint8Array): void {
    this.#outbox.addUpdate(update);
  }

  /** The oldest row that was appended here is committed, and all its updates have been relayed. */
  committed(seq: number): void {
    this.#ownRows++;
    this.#outbox.rowCommitted(seq);
    this.#log?.hold(seq);
  }

  /** The oldest row that was appended here will never be committed. */
  abandoned(): void {
    this.#outbox.rowAbandoned();
  }

  /** Calls back when all updates of other servers in the document are known to be committed. */
  whenCommitted(callback: () => void): void {
    this.#foreign.whenCommitted(callback);
  }

  /** Clients here have changed their presence. */
  presenceChanged(clients: readonly number[]): void {
    if (!this.isShared) return;
    this.#presence?.changed(clients);
    this.#outbox.wake();
  }

  /** Resolves when the position or `isExact` may have changed, or a batch of another server has been stored. */
  moved(): Promise<void> {
    return new Promise((resolve) => this.#movedWaiters.push(resolve));
  }

  /** The log is known to reach `seq`. It is read unless the missing rows arrive soon. */
  headIs(seq: number): void {
    this.#log?.exists(seq);
  }

  /** Reads the log after `position`. Rejects if it cannot be read. */
  async catchUp(): Promise<void> {
    await this.#log?.catchUp();
  }

  close(): void {
    if (this.#closed) return;
    if (this.#room !== undefined) {
      this.#outbox.add({ kind: 'leave' });
      this.#outbox.flush();
    }
    this.#closed = true;
    this.#outbox.close();
    this.#inbox.close();
    this.#unwatch();
    this.#log?.close();
    this.#orphanedUpdates.close();
    this.#notifyMoved();
  }

  readonly #listener: BusListener = {
    regained: () => {
      if (this.#room === undefined) return;
      this.#outbox.add({ kind: 'head', seq: this.position });
      this.#outbox.add({ kind: 'query' });
      this.#publishPresence();
      this.#room.accessChanged();
    },
    lost: () => this.#serversLost(() => true),
    gone: (server) => this.#serversLost((each) => each === server),
  };

  #publishPresence(): void {
    if (this.#presence !== undefined) this.#outbox.add(this.#presence.all());
  }

  /** Some servers are no longer heard: drops their clients and commits here what they had not committed. */
  #serversLost(which: (server: ServerId) => boolean): void {
    const streams = new Set(this.#foreign.forget(which));
    this.#orphanedUpdates.adopt((batch) => streams.has(batch.stream));
    this.#presenceGone((client) => which(client.server));
  }

  #presenceGone(which: Parameters<SharedPresences['leave']>[0]): void {
    this.#room?.presenceChanged(this.#presence?.leave(which) ?? []);
  }

  #take(room: LinkedRoom, envelope: BusEnvelope, from: ServerId): void {
    if (envelope.stream !== 0) this.#track(envelope, from);
    for (const each of envelope.messages) if (!this.#closed) this.#handle(room, each, envelope, from);
  }

  #track({ stream, count, messages }: BusEnvelope, from: ServerId): void {
    const arrival = this.#foreign.arrived(from, stream, count);
    // The other server opened the scene earlier, or was taken for dead: its clients are not known here.
    const tellsAll = messages.some((each) => each.kind === 'query' || (each.kind === 'presence' && each.all));
    if (arrival === 'new' && !tellsAll) this.#outbox.add({ kind: 'query' });
  }

  #handle(room: LinkedRoom, message: BusMessage, { stream, count }: BusEnvelope, from: ServerId): void {
    switch (message.kind) {
      case 'updates':
        this.#foreign.add(stream, count, message.updates, performance.now());
        room.applyForeign(message.updates);
        this.#orphanedUpdates.watch();
        return;
      case 'position':
        this.#foreign.committed(stream, message.through);
        if (this.#foreign.isWhole(stream, message.since)) this.#log?.hold(message.seq);
        else this.#log?.isMissing(message.seq);
        return;
      case 'head':
        this.headIs(message.seq);
        return;
      case 'presence': {
        const { changed, outdated } = this.#presence?.receive(from, stream, message) ?? {
          changed: [],
          outdated: [],
        };
        room.presenceChanged(changed);
        if (outdated.length > 0) this.#outbox.add({ kind: 'presence-outdated', clocks: outdated });
        return;
      }
      case 'query':
        this.#outbox.add({ kind: 'head', seq: this.position });
        this.#publishPresence();
        return;
      case 'presence-outdated':
        room.presenceOutdated(message.clocks);
        return;
      case 'leave':
        this.#foreign.forget((_, each) => each === stream);
        this.#orphanedUpdates.adopt((batch) => batch.stream === stream);
        this.#presenceGone((client) => client.stream === stream);
        return;
      case 'access-changed':
        room.accessChanged();
        return;
      case 'evict':
        room.evict(message.code);
        return;
    }
  }

  #notifyMoved(): void {
    const waiting = this.#movedWaiters;
    if (waiting.length === 0) return;
    this.#movedWaiters = [];
    for (const resolve of waiting) resolve();
  }

  #follow(room: LinkedRoom, seq: number): LogFollower {
    const { sceneId, logger, metrics, gapMs } = this.#options;
    return new LogFollower({
      sceneId,
      seq,
      logger,
      metrics,
      gapMs: gapMs ?? GAP_MS,
      read: (after) => room.readLog(after),
      apply: (stored) => room.applyStored(stored),
      moved: () => this.#notifyMoved(),
      deleted: () => room.evict('scene_not_found'),
    });
  }
}
