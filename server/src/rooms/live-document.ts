import { SceneDoc } from '@diorama/shared';
import * as Y from 'yjs';
import type { Principal } from '../access/principal.js';
import type { CommittedWith, SceneProjection } from '../log/batch.js';
import type { SceneLog } from '../log/scene-log.js';
import { RelayGate } from './relay-gate.js';
import type { RoomClient } from './room-client.js';
import { encodeUpdate } from './server-frames.js';
import { UnresolvedUpdates } from './unresolved-updates.js';

export interface LiveDocumentOptions {
  readonly sceneId: string;
  readonly doc: Y.Doc;
  readonly log: SceneLog;
  readonly relayHoldMs: number;
  /** An update was appended to the log. */
  readonly appended: (commit: Promise<number>) => void;
  /** A message that all clients but `origin` are to get. */
  readonly relay: (message: Uint8Array, origin: RoomClient | undefined) => void;
}

/** What the origin of a transaction says of it: who changes the document, and over which connection, if any. */
interface Origin {
  readonly editor: Principal;
  readonly client: RoomClient | undefined;
  /** What is stored with the change. */
  readonly committedWith?: CommittedWith | undefined;
}

/** A scene's document in memory: every change of it goes to the log and, at once or when the log has it, to the clients. */
export class LiveDocument {
  readonly doc: Y.Doc;
  readonly #options: LiveDocumentOptions;
  readonly #gate: RelayGate;
  readonly #unresolved: UnresolvedUpdates;
  #fullState: Uint8Array | undefined;
  #projectionChanged = false;
  /** What the document held before the first update that the gate holds back. */
  #beforeHeld: Uint8Array | undefined;

  constructor(options: LiveDocumentOptions) {
    this.doc = options.doc;
    this.#options = options;
    this.#gate = new RelayGate({ holdMs: options.relayHoldMs, release: options.relay });
    this.#unresolved = new UnresolvedUpdates(options.doc);
    this.#watch();
  }

  /** Applies an update that has been checked. What it changed is appended and relayed before this returns. */
  apply(update: Uint8Array, client: RoomClient): void {
    Y.applyUpdate(this.doc, update, { editor: client.principal, client } satisfies Origin);
    if (!this.#unresolved.take()) return;
    // Yjs keeps it until what it depends on arrives. It is not relayed yet, but it must survive us.
    this.#fullState = undefined;
    void this.#append(update.slice());
  }

  /** Changes the document in one transaction. */
  change<T>(editor: Principal, change: (doc: Y.Doc) => T, committedWith?: CommittedWith): T {
    const origin: Origin = { editor, client: undefined, committedWith };
    return this.doc.transact(() => change(this.doc), origin);
  }

  /** What a replica with this state vector lacks. */
  stateSince(stateVector: Uint8Array): Uint8Array {
    // One byte: a client that has nothing. All of them share one encoding.
    if (stateVector.byteLength > 1) return Y.encodeStateAsUpdate(this.doc, stateVector);
    this.#fullState ??= Y.encodeStateAsUpdate(this.doc);
    return this.#fullState;
  }

  /** The state vector of what has been relayed so far. */
  relayedVector(): Uint8Array {
    const held = this.#gate.isEmpty ? undefined : this.#beforeHeld;
    return held ?? Y.encodeStateVector(this.doc);
  }

  committed(commit: Promise<number>): void {
    this.#gate.committed(commit);
  }

  destroy(): void {
    this.#gate.stop();
    this.doc.destroy();
  }

  #watch(): void {
    const { log, relay } = this.#options;
    const scene = new SceneDoc(this.doc);
    // Named once, so that Yjs knows them as maps and not as whatever comes first.
    const { sceneMap, nodesMap } = scene;
    void [scene.materialsMap, scene.animationsMap, scene.commentsMap];
    this.doc.on('afterTransaction', (transaction: Y.Transaction) => {
      const changed = transaction.changed as ReadonlyMap<unknown, ReadonlySet<string | null>>;
      if (changed.has(nodesMap) || changed.get(sceneMap)?.has('name')) this.#projectionChanged = true;
    });
    this.doc.on('beforeTransaction', () => {
      if (!this.#gate.isEmpty) return;
      this.#beforeHeld = log.isQuick ? undefined : Y.encodeStateVector(this.doc);
    });
    this.doc.on('update', (update: Uint8Array, origin: Origin | null) => {
      this.#fullState = undefined;
      const commit = this.#append(update, origin?.committedWith);
      const message = encodeUpdate(update);
      if (this.#beforeHeld === undefined) relay(message, origin?.client);
      else this.#gate.hold(message, origin?.client, commit);
    });
  }

  #append(update: Uint8Array, committedWith?: CommittedWith): Promise<number> {
    const { log, sceneId, appended } = this.#options;
    const projection = this.#projectionChanged ? () => this.#projection() : undefined;
    this.#projectionChanged = false;
    const commit = log.append(sceneId, update, projection, committedWith);
    appended(commit);
    return commit;
  }

  #projection(): SceneProjection {
    const name: unknown = this.doc.getMap('scene').get('name');
    return { name: typeof name === 'string' ? name : '', nodeCount: this.doc.getMap('nodes').size };
  }
}
