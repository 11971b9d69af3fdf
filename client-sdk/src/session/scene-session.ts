import {
  allows,
  CommentsDoc,
  DioramaError,
  newKey,
  type Role,
  type SceneDoc,
  type Welcome,
} from '@diorama/shared';
import * as Y from 'yjs';
import { Emitter, type Unsubscribe } from '../events/emitter.js';
import { Connection } from './connection.js';
import { queryAwarenessFrame } from './frames.js';
import type { LiveGestures } from './live-gestures.js';
import { LiveLane } from './live-lane.js';
import { onPageHide } from './page-hide.js';
import { PresenceLane } from './presence-lane.js';
import type { Refusal } from './refusal.js';
import { receiveServerFrame, type ServerFrameHandlers } from './server-frames.js';
import type { SessionEvents, SessionStatus } from './session-events.js';
import type { SessionPresence } from './session-presence.js';
import { platformNetwork, type EditOptions, type SceneSessionOptions } from './session-options.js';
import { SessionStanding } from './session-standing.js';
import { WorkingCopy } from './working-copy.js';
import { whyReadOnly } from './write-permission.js';

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
  /** Gestures: what is dragged is seen by others at once and written once, at its end. */
  readonly live: LiveGestures;
  readonly #events = new Emitter<SessionEvents>();
  readonly #connection: Connection;
  readonly #forgetPage: () => void;
  readonly #copy: WorkingCopy;
  readonly #presence: PresenceLane;
  readonly #standing: SessionStanding;
  readonly #handlers: ServerFrameHandlers = {
    sync: (decoder) => this.#copy.lane.receiveSync(decoder),
    awareness: (decoder) => this.#presence.receive(decoder),
    queryAwareness: () => this.#presence.answer(),
    saved: (frames) => this.#saved(frames),
    refused: (refusal) => this.#notTaken(refusal),
    draining: (retryAfterMs) => this.#connection.expectClose(retryAfterMs),
    welcome: (welcome) => this.#welcomed(welcome),
    tokenRequest: () => this.#renewToken(),
  };
  #settleSynced: { resolve: () => void; reject: (error: DioramaError) => void } | undefined;
  #welcome: Welcome | undefined;

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
      onFrame: (frame) => receiveServerFrame(frame, this.#handlers),
      onDown: (error) => this.#down(error),
      onRefused: (error) => this.#end(error),
    });
    this.#copy = new WorkingCopy({
      doc,
      send: (frame) => this.#connection.send(frame),
      mayWrite: () => this.role === undefined || allows(this.role, 'commenter'),
      maxFrameBytes: () => this.#welcome?.max_frame_bytes ?? Number.POSITIVE_INFINITY,
      onUnsendable: (error) => this.#refused(error),
      onSynced: (isFresh) => this.#synced(isFresh),
      onChange: () => this.#standing.report(),
      onUndoChange: (state) => this.#events.emit('undo-stack', state),
    });
    this.#standing = new SessionStanding({
      isConnected: () => this.#connection.isOpen,
      isStored: () => this.#copy.saved,
      onStatus: (status) => this.#events.emit('status', status),
      onSaved: (saved) => this.#events.emit('saved', saved),
    });
    this.#presence = new PresenceLane({
      doc,
      clock: options.clock,
      initial: options.user ? { user: { ...options.user } } : {},
      send: (frame) => this.#connection.send(frame),
      onChange: (others) => this.#events.emit('presence', others),
    });
    this.live = new LiveLane({
      presence: this.#presence,
      poseOf: (id) => this.scene.node(id)?.pose,
      commit: (write) => {
        this.edit(write);
        // Before the presence that ends the gesture: nobody sees the node jump back in between.
        this.#copy.lane.flush();
      },
    });
    this.#forgetPage = onPageHide(() => this.#sendAll());
    this.#connection.start();
  }

  /** Who else is there, and what this session shows of itself. */
  get presence(): SessionPresence {
    return this.#presence;
  }

  /** Typed access to the document. Edits made outside `edit` are sent too, but cannot be undone. */
  get scene(): SceneDoc {
    return this.#copy.scene;
  }

  get doc(): Y.Doc {
    return this.scene.doc;
  }

  get status(): SessionStatus {
    return this.#standing.status;
  }

  /** Whether the server has acknowledged that every edit is stored. False without a connection, and once the session has ended. */
  get saved(): boolean {
    return this.#standing.saved;
  }

  /** Whether there are edits that the server has not acknowledged, also without a connection: they end with the program. */
  get hasUnsavedEdits(): boolean {
    return !this.#standing.ended && this.#copy.hasUnsaved;
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
    return this.#standing.error;
  }

  /** Why `edit` would throw; undefined when it would not. */
  get readOnly(): DioramaError | undefined {
    return this.#readOnlyFor('editor');
  }

  /** Why `comment` would throw; undefined when it would not. */
  get commentsReadOnly(): DioramaError | undefined {
    return this.#readOnlyFor('commenter');
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
    return this.#copy.undo.edit(() => write(this.scene), options.merge);
  }

  /**
   * Writes comments, which a commenter may too, in one transaction; returns what `write` returns.
   *
   * It is no undo step: others answer in the thread that one opened. When `write` throws, nothing of it is kept; it throws as `edit`.
   */
  comment<T>(write: (comments: CommentsDoc) => T): T {
    this.#assertMay('commenter');
    return this.#copy.undo.comment(() => write(new CommentsDoc(this.doc)));
  }

  /** Takes back this session's last step; others' edits stay. False when there is none. Throws as `edit`. */
  undo(): boolean {
    this.#assertMay('editor');
    return this.#copy.undo.undo();
  }

  /** Repeats the step that was undone last. False when there is none, or something was edited since. Throws as `edit`. */
  redo(): boolean {
    this.#assertMay('editor');
    return this.#copy.undo.redo();
  }

  canUndo(): boolean {
    return this.#copy.undo.state.canUndo;
  }

  canRedo(): boolean {
    return this.#copy.undo.state.canRedo;
  }

  /** The next edit begins a new undo step, whatever its merge key. */
  stopCapturing(): void {
    this.#copy.undo.stopCapturing();
  }

  /**
   * Resolves when every edit made so far is stored, at once when all are.
   *
   * Without a connection it waits for the next one. Rejects when the session ends or has ended, or an edit is refused, before that.
   */
  flushed(): Promise<void> {
    return this.#copy.flushed();
  }

  /**
   * Ends the session, and a gesture that is under way where it stands.
   *
   * Edits that are not stored yet are sent, but nobody waits for them: `await flushed()` first. A page that is closed does as much
   * by itself.
   */
  close(): void {
    if (this.#standing.ended) return;
    this.#sendAll();
    this.#end(undefined);
  }

  #sendAll(): void {
    this.live.commit();
    this.#copy.lane.flush();
  }

  #readOnlyFor(least: Role): DioramaError | undefined {
    if (this.#standing.ended) return this.error ?? closedByCaller();
    return this.#copy.refusal ?? whyReadOnly(this.scene, this.role, least);
  }

  #assertMay(least: Role): void {
    const readOnly = this.#readOnlyFor(least);
    if (readOnly !== undefined) throw readOnly;
  }

  #opened(): void {
    this.#copy.lane.connected();
    this.#presence.connected();
    this.#standing.report();
  }

  #saved(frames: number): void {
    this.#copy.lane.receiveSaved(frames);
    if (this.saved) this.#standing.error = undefined;
  }

  #welcomed(welcome: Welcome): void {
    const before = this.role;
    this.#welcome = welcome;
    if (this.error?.code === 'unauthenticated') this.#standing.error = undefined;
    this.#events.emit('welcome', welcome);
    if (before === undefined || before === welcome.role) return;
    // A gesture that may not end in a write ends here.
    if (!allows(welcome.role, 'editor')) this.live.cancel();
    this.#events.emit('role', welcome.role);
  }

  #renewToken(): void {
    this.#connection.renewToken().catch((cause: unknown) => {
      this.#standing.error = new DioramaError('unauthenticated', 'The token could not be obtained', {
        cause,
      });
    });
  }

  #synced(isFresh: boolean): void {
    this.#connection.proved();
    this.#standing.synced();
    if (isFresh) {
      this.#events.emit('reset', this.doc);
      this.#events.emit('undo-stack', this.#copy.undo.state);
    }
    this.#settleSynced?.resolve();
    this.#events.emit('synced', undefined);
  }

  #notTaken({ outcome, frame, error }: Refusal): void {
    switch (outcome) {
      case 'corrected':
        return this.#events.emit('refused', error);
      case 'final':
        return this.#refused(error);
      case 'postponed':
        this.#standing.error = error;
        return this.#copy.lane.receiveNotTaken(frame);
    }
  }

  /** Goes back to the server's state with a fresh document. */
  #refused(refusal: DioramaError): void {
    this.#copy.replace(refusal);
    this.live.cancel();
    this.#events.emit('refused', refusal);
    if (!this.#standing.ended) this.#connection.restart(refusal);
  }

  #down(error: DioramaError): void {
    this.#standing.down(error);
    this.#copy.lane.disconnected();
    this.#presence.disconnected();
    this.#standing.report();
  }

  #end(error: DioramaError | undefined): void {
    this.#standing.end(error);
    this.#forgetPage();
    this.#presence.destroy();
    this.#connection.close();
    this.#copy.release(error ?? closedByCaller());
    this.#settleSynced?.reject(error ?? closedByCaller());
    this.#standing.report();
    this.#events.emit('closed', error);
  }
}
