import { SceneDoc, type Role } from '@diorama/shared';
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
  /** What `doc` holds, ready to be sent. */
  readonly fullState: FullState;
  readonly log: SceneLog;
  readonly relayHoldMs: number;
  readonly observer: RoomObserver;
  /** An update of so many bytes changed the document. */
  readonly grew: (bytes: number) => void;
  /** An update was appended to the log. */
  readonly appended: (commit: Promise<number>) => void;
  /** All clients but `origin` are to get the update. */
  readonly relay: (update: FramedUpdate, origin: RoomClient | undefined) => void;
  /** As `relay`, for what came from other servers, who need not hear of it again. */
  readonly show: (update: FramedUpdate) => void;
  /** An update was stored that is not relayed, since it takes effect later: other servers need it all the same. */
  readonly deferred: (update: Uint8Array) => void;
  /** What was stored and relayed cannot be applied: the document must not be used any more. */
  readonly failed: (error: unknown) => void;
}

/** What a client's frames did to the document. */
interface Written {
  readonly updates: readonly Uint8Array[];
  /** Others are sent what all of them led to, instead of each. */
  readonly together: boolean;
  /** Some of it was undone. */
  readonly corrected: boolean;
}

/** More than this, relayed at once, would make clients lag. */
const MUCH_HELD_BYTES = 256 * 1024;

/** A scene's document in memory: every change of it goes to the log and, at once or when the log has it, to the clients. */
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
    // Named once, so that Yjs knows them as maps and not as whatever comes first.
    void [scene.sceneMap, scene.nodesMap, scene.materialsMap, scene.animationsMap, scene.commentsMap];
    this.#projection = new ProjectionChanges(doc, scene);
    this.#watch();
  }

  /** The document with all that was written until now. */
  get doc(): Y.Doc {
    this.#integratePoses();
    return this.#doc;
  }

  /** What the update writes if it is nothing but good poses of known nodes, which `role` may write: it need not be applied to be judged. */
  judgePoses(decoded: CheckedUpdate, role: Role): PoseWrite | undefined {
    return mayMoveNodes(this.#doc, role) ? this.#poses.judge(decoded) : undefined;
  }

  /** Appends and relays poses that a client wrote, and that nothing is wrong with. They are applied before anybody looks. */
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
    // Not what was received, which may be a small part of a large buffer.
    this.#poses.hold(write, frame.subarray(frame.byteLength - update.byteLength), decoded.contents);
    observer.moved(sceneId, editor, write.ids);
    if (this.#poses.isFull) this.#integratePoses();
  }

  /**
   * Applies what a client wrote, in one transaction. What it changed is appended and relayed before this returns.
   *
   * `write` applies updates and may undo what is wrong in them: it says which it applied, and whether it undid anything.
   */
  apply(client: RoomClient, editor: Principal, write: (transaction: Y.Transaction) => Written): void {
    this.#integratePoses();
    const origin: Origin = { editor, client };
    const updates = this.#transactPieces(origin, write);
    if (!this.#unresolved.take()) return;
    // Yjs keeps some of it until what it depends on arrives. That is not relayed yet, but it must survive us.
    for (const update of updates) {
      const kept = update.slice();
      this.#options.fullState.add(updateFrame(kept));
      void this.#append(kept);
      this.#options.deferred(kept);
    }
  }

  /** Applies what other servers wrote. It is shown, and neither stored nor told to other servers again. */
  applyForeign(write: (doc: Y.Doc) => void): void {
    const { doc } = this;
    doc.transact(() => write(doc), FOREIGN);
    // What it holds back for now, its own server has stored; who joins here must get it too.
    if (this.#unresolved.take()) this.#options.fullState.outdated();
  }

  /** Stores and relays what other servers wrote and may never store. */
  adopt(updates: readonly Uint8Array[]): Promise<number> {
    const [last] = updates
      .map((update) => {
        this.#options.deferred(update);
        return this.#append(update);
      })
      .reverse();
    return last ?? Promise.resolve(0);
  }

  /** Applies an edit that is in the log already, and relays it. */
  applyStored(update: Uint8Array, editor: Principal): void {
    Y.applyUpdate(this.doc, update, { editor, client: undefined, isStored: true } satisfies Origin);
  }

  /** Changes the document in one transaction. */
  change<T>(editor: Principal, change: (doc: Y.Doc) => T, committedWith?: CommittedWith): T {
    const origin: Origin = { editor, client: undefined, committedWith };
    const { doc } = this;
    return doc.transact(() => change(doc), origin);
  }

  /** The frames of what a replica with this state vector lacks. */
  framesSince(stateVector: Uint8Array): Buffer[] {
    return isEmptyStateVector(stateVector)
      ? this.#options.fullState.frames(this.doc)
      : [step2Frame(Y.encodeStateAsUpdate(this.doc, stateVector))];
  }

  /** The frames of what came after a client was sent what is stored. */
  framesAfterStored(mark: number): Buffer[] {
    return this.#options.fullState.since(mark) ?? this.#options.fullState.frames(this.doc);
  }

  /** The state vector of what has been relayed so far. */
  relayedVector(): Uint8Array {
    const { stateBefore } = this.#gate;
    return Y.encodeStateVector(stateBefore === undefined ? this.doc : new Map(stateBefore));
  }

  /** Size of what waits for a slow log before it is relayed, where it is much; otherwise 0. */
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
      observer.edited(sceneId, origin.editor, this.#doc, transaction, origin.corrected === true);
    });
    this.#doc.on('beforeTransaction', ({ origin }: Y.Transaction) => {
      if (origin !== HELD) this.#gate.beforeWrite();
    });
    this.#doc.on('update', this.#onUpdate);
  }

  #integratePoses(): void {
    if (this.#poses.isEmpty) return;
    // Yjs would encode all of it once more for whoever listens.
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

  /** Those updates that may go on as they came do so: Yjs, which would encode all of it once more, is not asked to. */
  #transactPieces(origin: Origin, write: (transaction: Y.Transaction) => Written): readonly Uint8Array[] {
    // What has waited for some of it comes along with it: it does not go on as it came, and the sender must get that too.
    const { pendingStructs, pendingDs } = this.#doc.store;
    const bringsMore = pendingStructs !== null || pendingDs !== null;
    let pieces: readonly Uint8Array[] | undefined;
    let changed: Y.Transaction | undefined;
    try {
      return this.#doc.transact((transaction) => {
        const { updates, together, corrected } = write(transaction);
        origin.corrected = corrected || bringsMore;
        if (!origin.corrected && !together) {
          pieces = updates;
          changed = transaction;
          this.#doc.off('update', this.#onUpdate);
        }
        return updates;
      }, origin);
    } finally {
      if (pieces !== undefined) this.#doc.on('update', this.#onUpdate);
      if (pieces !== undefined && changed !== undefined && hasContent(changed))
        for (const piece of pieces) this.#written(piece, origin);
    }
  }

  #updated(update: Uint8Array, origin: Origin | typeof FOREIGN | null): void {
    // From elsewhere it does not wait for a slow log here: it has waited for its own.
    if (origin === FOREIGN) this.#options.show(this.#framed(update));
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

  /** The update as it is sent, which those who join later are sent too. */
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

/** Whether Yjs would have told of it: not all updates bring something new. */
function hasContent({ deleteSet, beforeState, afterState }: Y.Transaction): boolean {
  if (deleteSet.clients.size > 0) return true;
  for (const [client, clock] of afterState) if (beforeState.get(client) !== clock) return true;
  return false;
}

/** One byte: a replica that has nothing. */
export const isEmptyStateVector = (stateVector: Uint8Array): boolean => stateVector.byteLength <= 1;
