import { DioramaError, SceneDoc, type Role } from '@diorama/shared';
import * as Y from 'yjs';
import type { Principal } from '../../access/principal.js';
import type { CommittedWith } from '../../log/batch.js';
import type { SceneLog } from '../../log/scene-log.js';
import { step2Frame, updateFrame } from '../frames/server-frames.js';
import type { RoomClient } from '../room-client.js';
import type { RoomObserver } from '../room-observer.js';
import type { CheckedUpdate } from '../checks/update-check.js';
import { mayMoveNodes } from '../checks/write-rights.js';
import type { FullState } from './full-state.js';
import { HeldPoses, type PoseWrite } from './held-poses.js';
import { RelayGate, type FramedUpdate } from './relay-gate.js';
import { ProjectionChanges } from './scene-projection.js';
import { UnresolvedUpdates } from './unresolved-updates.js';
import { FOREIGN, HELD, type AnyOrigin, type Origin } from './write-origin.js';

export interface LiveDocumentOptions {
  readonly sceneId: string;
  readonly doc: Y.Doc;
  /** The content of `doc` as frames. */
  readonly fullState: FullState;
  readonly log: SceneLog;
  readonly relayHoldMs: number;
  readonly observer: RoomObserver;
  /** An update of this size changed the document. */
  readonly grew: (bytes: number) => void;
  /** An update was appended to the log. */
  readonly appended: (commit: Promise<number>) => void;
  /** Sends the update to all clients except `origin`. */
  readonly relay: (update: FramedUpdate, origin: RoomClient | undefined) => void;
  /** Like `relay`, for updates of other servers, which are not published again. */
  readonly show: (update: FramedUpdate) => void;
  /** An update was stored but not relayed, since it takes effect later. Other servers need it nevertheless. */
  readonly deferred: (update: Uint8Array) => void;
  /** What was stored and relayed cannot be applied: the document must not be used any more. */
  readonly failed: (error: unknown) => void;
}

/** The result of applying a client's frames. */
interface Written {
  readonly updates: readonly Uint8Array[];
  /** Others are sent the combined effect instead of each update. */
  readonly together: boolean;
  /** Whether a part was undone. */
  readonly corrected: boolean;
}

/** Relaying more than this at once would make clients lag. */
const MUCH_HELD_BYTES = 256 * 1024;

/**
 * The Yjs document of a scene. Every change is appended to the log and relayed to the clients, at once or when it is
 * committed.
 */
export class LiveDocument {
  readonly #doc: Y.Doc;
  readonly #options: LiveDocumentOptions;
  readonly #poses: HeldPoses;
  readonly #gate: RelayGate;
  readonly #unresolved: UnresolvedUpdates;
  readonly #projection: ProjectionChanges;
  readonly #onUpdate = (update: Uint8Array, origin: Origin | typeof FOREIGN | null): void =>
    this.#updated(update, origin);

  constructor(options: LiveDocumentOptions) {
    const { doc } = options;
    this.#doc = doc;
    this.#options = options;
    this.#poses = new HeldPoses(doc);
    this.#gate = new RelayGate({
      log: options.log,
      holdMs: options.relayHoldMs,
      state: () => this.#poses.state(),
      relay: options.relay,
    });
    this.#unresolved = new UnresolvedUpdates(doc);
    const scene = new SceneDoc(doc);
    // Defines the root types as maps, before an update can define them otherwise.
    void [scene.sceneMap, scene.nodesMap, scene.materialsMap, scene.animationsMap, scene.commentsMap];
    this.#projection = new ProjectionChanges(doc, scene);
    this.#watch();
  }

  /** The document including all held poses. */
  get doc(): Y.Doc {
    this.#integratePoses();
    return this.#doc;
  }

  /**
   * Describes an update that only sets valid poses of existing nodes and is allowed for `role`. It need not be applied
   * to be checked.
   */
  poseWriteOf(decoded: CheckedUpdate, role: Role): PoseWrite | undefined {
    return mayMoveNodes(this.#doc, role) ? this.#poses.poseWriteOf(decoded) : undefined;
  }

  /** Appends and relays pose updates that have been checked. They are applied before the document is read. */
  takePoses(
    client: RoomClient,
    editor: Principal,
    update: Uint8Array,
    decoded: CheckedUpdate,
    write: PoseWrite,
  ): void {
    const { observer, sceneId } = this.#options;
    this.#gate.beforeWrite();
    const { frame } = this.#written(update, { editor, client });
    // Not the received bytes, which may be a small view of a large buffer.
    this.#poses.hold(write, frame.subarray(frame.byteLength - update.byteLength), decoded.contents);
    observer.moved(sceneId, editor, write.ids);
    if (this.#poses.isFull) this.#integratePoses();
  }

  /**
   * Applies a client's updates in one transaction. The changes are appended and relayed before this returns.
   *
   * `write` applies the updates and may undo parts of them. It returns which updates it applied and whether it undid
   * anything.
   */
  apply(client: RoomClient, editor: Principal, write: (transaction: Y.Transaction) => Written): void {
    this.#integratePoses();
    const origin: Origin = { editor, client };
    const updates = this.#transactUpdates(origin, write);
    if (!this.#unresolved.take()) return;
    // Yjs keeps some updates pending until their dependencies arrive. They are not relayed yet, but must survive a
    // crash.
    for (const update of updates) {
      const kept = update.slice();
      this.#options.fullState.add(updateFrame(kept));
      void this.#append(kept);
      this.#options.deferred(kept);
    }
  }

  /** Applies updates of other servers. They are relayed to clients, but neither stored nor published again. */
  applyForeign(write: (doc: Y.Doc) => void): void {
    const { doc } = this;
    doc.transact(() => write(doc), FOREIGN);
    // Pending updates are stored by their own server. Clients that join here must receive them too.
    if (this.#unresolved.take()) this.#options.fullState.outdated();
  }

  /** Stores and publishes updates that another server has shown but may never store. */
  adopt(updates: readonly Uint8Array[]): Promise<number> {
    const [last] = updates
      .map((update) => {
        this.#options.deferred(update);
        return this.#append(update);
      })
      .reverse();
    return last ?? Promise.resolve(0);
  }

  /** Applies an edit that is already in the log, and relays it. */
  applyStored(update: Uint8Array, editor: Principal): void {
    Y.applyUpdate(this.doc, update, { editor, client: undefined, isStored: true } satisfies Origin);
  }

  /** Changes the document in one transaction. */
  change<T>(editor: Principal, change: (doc: Y.Doc) => T, committedWith?: CommittedWith): T {
    const { doc } = this;
    return this.#transact({ editor, client: undefined, committedWith }, () => change(doc));
  }

  /** The frames of what a replica with this state vector lacks. */
  framesSince(stateVector: Uint8Array): Buffer[] {
    return isEmptyStateVector(stateVector)
      ? this.#options.fullState.frames(this.doc)
      : [step2Frame(Y.encodeStateAsUpdate(this.doc, stateVector))];
  }

  /** The frames of what a client lacks that was sent the stored state at `mark`. */
  framesAfterStored(mark: number): Buffer[] {
    return this.#options.fullState.since(mark) ?? this.#options.fullState.frames(this.doc);
  }

  /** The state vector of what has been relayed so far. */
  relayedVector(): Uint8Array {
    const { stateBefore } = this.#gate;
    return Y.encodeStateVector(stateBefore === undefined ? this.doc : new Map(stateBefore));
  }

  /** Size of the updates that are held until the log has committed them, if it is large; otherwise 0. */
  get heldBacklog(): number {
    return this.#gate.bytes < MUCH_HELD_BYTES ? 0 : this.#gate.bytes;
  }

  committed(commit: Promise<number>): void {
    this.#gate.committed(commit);
  }

  destroy(): void {
    this.#gate.stop();
    this.#doc.destroy();
  }

  #watch(): void {
    const { observer, sceneId } = this.#options;
    this.#doc.on('afterTransaction', (transaction: Y.Transaction) => {
      const origin = transaction.origin as AnyOrigin;
      if (origin === FOREIGN || origin === HELD || origin === null || transaction.changed.size === 0) return;
      if (origin.isAbandoned === true) return;
      observer.edited(sceneId, origin.editor, this.#doc, transaction, origin.corrected === true);
    });
    this.#doc.on('beforeTransaction', ({ origin }: Y.Transaction) => {
      if (origin !== HELD) this.#gate.beforeWrite();
    });
    this.#doc.on('update', this.#onUpdate);
  }

  #integratePoses(): void {
    if (this.#poses.isEmpty) return;
    // With a listener, Yjs would encode all held poses once more.
    this.#doc.off('update', this.#onUpdate);
    try {
      this.#doc.transact(() => this.#poses.integrate(), HELD);
    } catch (error) {
      this.#options.failed(error);
      throw error;
    } finally {
      this.#doc.on('update', this.#onUpdate);
    }
  }

  /** Appends and relays the received updates as they are, if possible. This avoids that Yjs encodes them once more. */
  #transactUpdates(origin: Origin, write: (transaction: Y.Transaction) => Written): readonly Uint8Array[] {
    // Pending updates may be applied together with these. Then the result must be encoded, and the sender must receive
    // it too.
    const { pendingStructs, pendingDs } = this.#doc.store;
    const bringsMore = pendingStructs !== null || pendingDs !== null;
    let pieces: readonly Uint8Array[] | undefined;
    let changed: Y.Transaction | undefined;
    try {
      return this.#transact(origin, (transaction) => {
        const { updates, together, corrected } = write(transaction);
        origin.corrected = corrected || bringsMore;
        if (!origin.corrected && !together) {
          pieces = updates;
          changed = transaction;
          this.#doc.off('update', this.#onUpdate);
        }
        return updates;
      });
    } finally {
      if (pieces !== undefined) this.#doc.on('update', this.#onUpdate);
      if (pieces !== undefined && changed !== undefined && hasContent(changed))
        for (const piece of pieces) this.#written(piece, origin);
    }
  }

  /**
   * Runs `change` in one transaction. If it throws half-way, what it changed is neither stored nor relayed, and the
   * document must not be used any more: Yjs cannot take a transaction back.
   */
  #transact<T>(origin: Origin, change: (transaction: Y.Transaction) => T): T {
    try {
      return this.#doc.transact((transaction) => {
        try {
          return change(transaction);
        } catch (error) {
          origin.isAbandoned = transaction.changed.size > 0;
          throw error;
        }
      }, origin);
    } catch (error) {
      if (origin.isAbandoned === true)
        this.#options.failed(new DioramaError('internal', undefined, { cause: error }));
      throw error;
    }
  }

  #updated(update: Uint8Array, origin: Origin | typeof FOREIGN | null): void {
    // A foreign update does not wait for a slow log here: its own server has held it.
    if (origin === FOREIGN) this.#options.show(this.#framed(update));
    else if (origin?.isAbandoned === true) return;
    else if (origin?.isStored === true) this.#options.relay(this.#framed(update), undefined);
    else this.#written(update, origin ?? undefined);
  }

  #written(update: Uint8Array, origin: Origin | undefined): FramedUpdate {
    const commit = this.#append(update, origin?.committedWith);
    const framed = this.#framed(update);
    const sender = origin?.corrected === true ? undefined : origin?.client;
    this.#gate.pass(framed, sender, commit);
    return framed;
  }

  /** Frames the update, and appends it to the state that new clients are sent. */
  #framed(update: Uint8Array): FramedUpdate {
    const frame = updateFrame(update);
    this.#options.fullState.add(frame);
    this.#options.grew(update.byteLength);
    return { update, frame };
  }

  #append(update: Uint8Array, committedWith?: CommittedWith): Promise<number> {
    const { log, sceneId, appended } = this.#options;
    const commit = log.append(sceneId, update, this.#projection.take(), committedWith);
    appended(commit);
    return commit;
  }
}

/** Whether Yjs would emit an update event: not every update contains something new. */
function hasContent({ deleteSet, beforeState, afterState }: Y.Transaction): boolean {
  if (deleteSet.clients.size > 0) return true;
  for (const [client, clock] of afterState) if (beforeState.get(client) !== clock) return true;
  return false;
}

/** A state vector of one byte is that of an empty replica. */
export const isEmptyStateVector = (stateVector: Uint8Array): boolean => stateVector.byteLength <= 1;
