import {
  allows,
  CommentsDoc,
  DioramaError,
  MESSAGE,
  newKey,
  readDraining,
  readRefused,
  readSaved,
  readWelcome,
  SCHEMA_VERSION,
  SceneDoc,
  type Role,
  type Welcome,
} from '@diorama/shared';
import * as decoding from 'lib0/decoding';
import * as Y from 'yjs';
import { Emitter, type Unsubscribe } from '../events/emitter.js';
import { Connection } from './connection.js';
import { DocumentLane } from './document-lane.js';
import { queryAwarenessFrame } from './frames.js';
import { LiveLane } from './live-lane.js';
import { onPageHide } from './page-hide.js';
import { PresenceLane } from './presence-lane.js';
import type { SessionEvents, SessionStatus } from './session-events.js';
import { platformNetwork, type EditOptions, type SceneSessionOptions } from './session-options.js';
import { UndoHistory } from './undo-history.js';

/** What an edit that is cut off by `close()` hears. */
const closedByCaller = (): DioramaError => new DioramaError('session_closed');

/**
 * A scene that is open for live editing.
 *
 * Edits show at once in `doc`, travel at the end of the tick, and are `saved` when the server says that they are
 * stored. Without a connection they are kept and sent after the next one.
 */
export class SceneSession {
  /** Resolves when the scene's content is there. Rejects with the DioramaError when the server refuses. */
  readonly synced: Promise<void>;
  readonly presence: PresenceLane;
  readonly live: LiveLane;
  readonly #events = new Emitter<SessionEvents>();
  readonly #connection: Connection;
  readonly #forgetPage: () => void;
  #scene: SceneDoc;
  #undo: UndoHistory;
  #lane: DocumentLane;
  #settleSynced: { resolve: () => void; reject: (error: DioramaError) => void } | undefined;
  #welcome: Welcome | undefined;
  #error: DioramaError | undefined;
  #closed = false;
  #wasDown = false;
  #everSynced = false;
  #lastStatus: SessionStatus = 'connecting';
  #lastSaved = false;
  /** The document that takes the place of one with a refused edit in it, once it has the server's state. */
  #replacement: { readonly scene: SceneDoc; readonly refusal: DioramaError } | undefined;

  constructor(options: SceneSessionOptions) {
    const doc = options.doc ?? new Y.Doc();
    this.synced = new Promise((resolve, reject) => {
      this.#settleSynced = { resolve, reject };
    });
    // Who does not wait for it hears the error from `closed` and `error`.
    this.synced.catch(() => undefined);
    this.#connection = new Connection({
      ...options,
      random: options.random ?? Math.random,
      session: options.session ?? newKey(),
      network: options.network ?? platformNetwork(),
      probe: queryAwarenessFrame,
      onOpen: () => this.#opened(),
      onFrame: (frame) => this.#received(frame),
      onDown: (error) => this.#down(error),
      onRefused: (error) => this.#end(error),
    });
    this.#scene = new SceneDoc(doc);
    this.#undo = this.#newUndo(doc);
    this.#lane = this.#newLane(doc);
    this.presence = new PresenceLane({
      doc,
      clock: options.clock,
      initial: options.user ? { user: { ...options.user } } : {},
      send: (frame) => this.#connection.send(frame),
      onChange: (others) => this.#events.emit('presence', others),
    });
    this.live = new LiveLane({
      presence: this.presence,
      poseOf: (id) => this.#scene.node(id)?.pose,
      commit: (write) => {
        this.edit(write);
        // Before the presence that ends the gesture: nobody sees the node jump back in between.
        this.#lane.flush();
      },
    });
    this.#forgetPage = onPageHide(() => this.#sendAll());
    this.#connection.start();
  }

  /** Typed access to the document. Edits made outside `edit` are sent too, but cannot be undone. */
  get scene(): SceneDoc {
    return this.#scene;
  }

  get doc(): Y.Doc {
    return this.#scene.doc;
  }

  get status(): SessionStatus {
    if (this.#closed) return 'offline';
    if (!this.#connection.isOpen) return this.#wasDown ? 'offline' : 'connecting';
    if (!this.#everSynced) return 'connecting';
    return this.saved ? 'saved' : 'saving';
  }

  /** Whether the server has acknowledged that every edit is stored. False without a connection, and once the session has ended. */
  get saved(): boolean {
    return !this.#closed && this.#connection.isOpen && this.#replacement === undefined && this.#lane.saved;
  }

  /** Whether there are edits that the server has not acknowledged, also without a connection: they end with the program. */
  get hasUnsavedEdits(): boolean {
    return !this.#closed && this.#replacement === undefined && this.#lane.hasUnsaved;
  }

  /** Who the server takes this client for, and the limits; undefined before the first connection. */
  get welcome(): Welcome | undefined {
    return this.#welcome;
  }

  get role(): Role | undefined {
    return this.#welcome?.role;
  }

  /** Why the session ended, is offline, or cannot save at present. */
  get error(): DioramaError | undefined {
    return this.#error;
  }

  /** Why `edit` would throw; undefined when it would not. */
  get readOnly(): DioramaError | undefined {
    return this.#readOnlyFor('editor');
  }

  /** Why `comment` would throw; undefined when it would not. */
  get commentsReadOnly(): DioramaError | undefined {
    return this.#readOnlyFor('commenter');
  }

  #readOnlyFor(least: Role): DioramaError | undefined {
    if (this.#closed) return this.#error ?? closedByCaller();
    if (this.#replacement !== undefined) return this.#replacement.refusal;
    if (this.role !== undefined && !allows(this.role, least))
      return new DioramaError('read_only', `A ${this.role} may not edit this scene`);
    const { schemaVersion } = this.#scene.settings();
    if (schemaVersion > SCHEMA_VERSION)
      return new DioramaError(
        'schema_too_new',
        `The scene is of schema version ${schemaVersion}, this program knows ${SCHEMA_VERSION}`,
      );
    return undefined;
  }

  on<K extends keyof SessionEvents>(event: K, listener: (argument: SessionEvents[K]) => void): Unsubscribe {
    return this.#events.on(event, listener);
  }

  /**
   * Edits the scene in one transaction that is one undo step; returns what `write` returns.
   *
   * When `write` throws, nothing of it is kept. Throws `read_only`, `schema_too_new`, `session_closed` before anything
   * is written, and what SceneDoc throws.
   */
  edit<T>(write: (scene: SceneDoc) => T, options: EditOptions = {}): T {
    this.#assertMay('editor');
    return this.#undo.edit(() => write(this.#scene), options.merge);
  }

  /** Writes comments, which a commenter may too. Otherwise as `edit`. */
  comment<T>(write: (comments: CommentsDoc) => T): T {
    this.#assertMay('commenter');
    return this.#undo.edit(() => write(new CommentsDoc(this.doc)), undefined);
  }

  /** Takes back this session's last step; others' edits stay. False when there is none. */
  undo(): boolean {
    this.#assertMay('commenter');
    return this.#undo.undo();
  }

  redo(): boolean {
    this.#assertMay('commenter');
    return this.#undo.redo();
  }

  canUndo(): boolean {
    return this.#undo.state.canUndo;
  }

  canRedo(): boolean {
    return this.#undo.state.canRedo;
  }

  /** The next edit begins a new undo step, whatever its merge key. */
  stopCapturing(): void {
    this.#undo.stopCapturing();
  }

  /**
   * Resolves when every edit made so far is stored, at once when all are.
   *
   * Without a connection it waits for the next one. Rejects when the session ends or has ended, or an edit is refused, before that.
   */
  flushed(): Promise<void> {
    if (this.#replacement !== undefined) return Promise.reject(this.#replacement.refusal);
    return this.#lane.flushed();
  }

  /**
   * Ends the session, and a gesture that is under way where it stands.
   *
   * Edits that are not stored yet are sent, but nobody waits for them: `await flushed()` first. A page that is closed does as much
   * by itself.
   */
  close(): void {
    if (this.#closed) return;
    this.#sendAll();
    this.#end(undefined);
  }

  #sendAll(): void {
    this.live.commit();
    this.#lane.flush();
  }

  #newUndo(doc: Y.Doc): UndoHistory {
    return new UndoHistory(doc, (state) => this.#events.emit('undo-stack', state));
  }

  #newLane(doc: Y.Doc): DocumentLane {
    return new DocumentLane({
      doc,
      send: (frame) => this.#connection.send(frame),
      mayWrite: () => this.role === undefined || allows(this.role, 'commenter'),
      maxFrameBytes: () => this.#welcome?.max_frame_bytes ?? Number.POSITIVE_INFINITY,
      onUnsendable: (error) => this.#refused(error),
      onSynced: () => this.#laneSynced(),
      onChange: () => this.#reportStatus(),
    });
  }

  #assertMay(least: Role): void {
    const readOnly = this.#readOnlyFor(least);
    if (readOnly !== undefined) throw readOnly;
  }

  #opened(): void {
    this.#lane.connected();
    this.presence.connected();
    this.#reportStatus();
  }

  #received(frame: Uint8Array): void {
    const decoder = decoding.createDecoder(frame);
    const type = decoding.readVarUint(decoder);
    switch (type) {
      case MESSAGE.sync:
        return this.#lane.receiveSync(decoder);
      case MESSAGE.awareness:
        return this.presence.receive(decoder);
      case MESSAGE.queryAwareness:
        return this.presence.answer();
      case MESSAGE.saved:
        this.#lane.receiveSaved(readSaved(decoder));
        if (this.saved) this.#error = undefined;
        return;
      case MESSAGE.refused: {
        const { frame: number, code, detail, issues, corrected } = readRefused(decoder);
        const refusal = new DioramaError(code, detail, { issues });
        // What was wrong has been undone by an update, as anybody's edit would: the document is the server's as it is. Not where the
        // client id is somebody else's: what was written under it is left out, and so would be all that follows.
        if (corrected && code !== 'client_id_taken') return this.#events.emit('refused', refusal);
        // What waits for another token is as little lost as what waits for the store.
        if (!refusal.retryable && code !== 'unauthenticated') return this.#refused(refusal);
        this.#error = refusal;
        return this.#lane.receiveNotTaken(number);
      }
      case MESSAGE.draining:
        return this.#connection.expectClose(readDraining(decoder).retry_after_ms);
      case MESSAGE.welcome:
        return this.#welcomed(readWelcome(decoder));
      case MESSAGE.tokenRequest:
        return this.#renewToken();
      default:
      // A newer server may say more than we understand.
    }
  }

  #welcomed(welcome: Welcome): void {
    const before = this.role;
    this.#welcome = welcome;
    if (this.#error?.code === 'unauthenticated') this.#error = undefined;
    this.#events.emit('welcome', welcome);
    if (before === undefined || before === welcome.role) return;
    // A gesture that may not end in a write ends here.
    if (!allows(welcome.role, 'editor')) this.live.cancel();
    this.#events.emit('role', welcome.role);
  }

  #renewToken(): void {
    this.#connection.renewToken().catch((cause: unknown) => {
      this.#error = new DioramaError('unauthenticated', 'The token could not be obtained', { cause });
    });
  }

  #laneSynced(): void {
    this.#connection.proved();
    this.#error = undefined;
    this.#everSynced = true;
    const replacement = this.#replacement;
    if (replacement !== undefined) {
      this.#replacement = undefined;
      this.#undo.destroy();
      this.#scene = replacement.scene;
      this.#undo = this.#newUndo(replacement.scene.doc);
      this.#events.emit('reset', replacement.scene.doc);
      this.#events.emit('undo-stack', this.#undo.state);
    }
    this.#settleSynced?.resolve();
    this.#events.emit('synced', undefined);
  }

  /**
   * Goes back to the server's state with a fresh document.
   *
   * What follows a refused edit depends on it (Yjs applies a client's edits in order), so the server can never take in
   * anything more from the old document. A fresh one has a client id of its own and starts clean. The old one stays
   * in view until the fresh one is complete.
   */
  #refused(refusal: DioramaError): void {
    this.#lane.release(refusal);
    const doc = new Y.Doc();
    this.#replacement = { scene: new SceneDoc(doc), refusal };
    this.#lane = this.#newLane(doc);
    this.live.cancel();
    this.#events.emit('refused', refusal);
    if (!this.#closed) this.#connection.restart(refusal);
  }

  #down(error: DioramaError): void {
    this.#wasDown = true;
    this.#error = error;
    this.#lane.disconnected();
    this.presence.disconnected();
    this.#reportStatus();
  }

  #end(error: DioramaError | undefined): void {
    this.#closed = true;
    this.#error = error;
    this.#forgetPage();
    this.presence.destroy();
    this.#connection.close();
    this.#lane.release(error ?? closedByCaller());
    this.#undo.destroy();
    this.#settleSynced?.reject(error ?? closedByCaller());
    this.#reportStatus();
    this.#events.emit('closed', error);
  }

  #reportStatus(): void {
    const { status, saved } = this;
    const [statusChanged, savedChanged] = [status !== this.#lastStatus, saved !== this.#lastSaved];
    this.#lastStatus = status;
    this.#lastSaved = saved;
    if (statusChanged) this.#events.emit('status', status);
    if (savedChanged) this.#events.emit('saved', saved);
  }
}
