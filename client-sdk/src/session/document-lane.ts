import { DioramaError, SYNC_STEP } from '@diorama/shared';
import * as decoding from 'lib0/decoding';
import * as Y from 'yjs';
import { Acknowledgements } from './acknowledgements.js';
import { step1Frame, step2Frame, updateFrame } from './frames.js';

/** Joining costs more the more there is to join (20–75 µs an update at 1,000): beyond this, another frame is cheaper. */
const MAX_UPDATES_A_FRAME = 200;
/** Room for the message type, the sync step and the length. */
const FRAME_HEADER_BYTES = 16;

export interface DocumentLaneOptions {
  readonly doc: Y.Doc;
  readonly send: (frame: Uint8Array<ArrayBuffer>) => void;
  /** Whether what the server lacks is to be sent; a reader that wrote nothing has nothing to send. */
  readonly mayWrite: () => boolean;
  readonly maxFrameBytes: () => number;
  /** An edit cannot be sent. */
  readonly onUnsendable: (error: DioramaError) => void;
  readonly onSynced: () => void;
  /** `synced` or `saved` may have changed. */
  readonly onChange: () => void;
}

interface Waiter {
  readonly edits: number;
  readonly resolve: () => void;
  readonly reject: (error: DioramaError) => void;
}

/** Carries one Y.Doc over connections that come and go: the handshake, local edits out, remote edits in, acknowledgements. */
export class DocumentLane {
  readonly #options: DocumentLaneOptions;
  readonly #acknowledgements = new Acknowledgements();
  #pending: Uint8Array[] = [];
  #flushScheduled = false;
  #connected = false;
  /** The server asked what it lacks and was answered; updates may follow. */
  #answered = false;
  #synced = false;
  #waiters: Waiter[] = [];
  /** Why nothing more will be stored. */
  #released: DioramaError | undefined;
  readonly #onUpdate = (update: Uint8Array, origin: unknown): void => {
    if (origin !== this) this.#edited(update);
  };

  constructor(options: DocumentLaneOptions) {
    this.#options = options;
    // The state vector of an empty document is the one byte 0.
    if (Y.encodeStateVector(options.doc).length > 1) this.#acknowledgements.edited();
    options.doc.on('update', this.#onUpdate);
  }

  /** Whether the document has been in step with the server on this connection. */
  get synced(): boolean {
    return this.#synced;
  }

  get saved(): boolean {
    return this.#synced && this.#acknowledgements.complete;
  }

  /** Whether there are edits that the server has not acknowledged, also without a connection. */
  get hasUnsaved(): boolean {
    return !this.#acknowledgements.complete;
  }

  connected(): void {
    this.#connected = true;
    this.#options.send(step1Frame(this.#options.doc));
  }

  disconnected(): void {
    this.#connected = false;
    this.#answered = false;
    this.#synced = false;
    this.#pending = [];
    this.#acknowledgements.disconnected();
  }

  /** Reads what follows the message type of a `sync` frame. */
  receiveSync(decoder: decoding.Decoder): void {
    const step = decoding.readVarUint(decoder);
    const payload = decoding.readVarUint8Array(decoder);
    switch (step) {
      case SYNC_STEP.step1:
        this.#answer(payload);
        break;
      case SYNC_STEP.step2:
        Y.applyUpdate(this.#options.doc, payload, this);
        this.#synced = true;
        this.#options.onSynced();
        break;
      case SYNC_STEP.update:
        Y.applyUpdate(this.#options.doc, payload, this);
        break;
      default:
        throw new DioramaError('bad_frame', `The server sent an unknown sync step ${step}`);
    }
    this.#options.onChange();
  }

  receiveSaved(frames: number): void {
    this.#acknowledgements.acknowledged(frames);
    const stored = this.#acknowledgements.storedEdits;
    const done = this.#waiters.filter(({ edits }) => edits <= stored);
    this.#waiters = this.#waiters.filter(({ edits }) => edits > stored);
    for (const { resolve } of done) resolve();
    this.#options.onChange();
  }

  /** The server could not take a frame for now; it asks for what it lacks when it can. */
  receiveNotTaken(frame: number): void {
    this.#acknowledgements.notTaken(frame);
    this.#options.onChange();
  }

  /** Resolves when every edit made so far is stored. */
  flushed(): Promise<void> {
    const { edits, storedEdits } = this.#acknowledgements;
    if (storedEdits >= edits) return Promise.resolve();
    if (this.#released !== undefined) return Promise.reject(this.#released);
    return new Promise((resolve, reject) => this.#waiters.push({ edits, resolve, reject }));
  }

  /** Sends the edits of this tick now rather than at its end. */
  flush(): void {
    if (!this.#connected || !this.#answered || this.#pending.length === 0) return;
    const updates = this.#pending;
    this.#pending = [];
    const editsBefore = this.#acknowledgements.edits - updates.length;
    for (let at = 0; at < updates.length; at += MAX_UPDATES_A_FRAME)
      this.#sendJoined(updates.slice(at, at + MAX_UPDATES_A_FRAME), editsBefore + at);
  }

  /** Lets go of the document. Who waits for edits that are not stored hears `error`. */
  release(error: DioramaError): void {
    this.#released = error;
    this.#options.doc.off('update', this.#onUpdate);
    this.disconnected();
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { reject } of waiters) reject(error);
  }

  #edited(update: Uint8Array): void {
    this.#acknowledgements.edited();
    // Before the server was answered, the answer will carry it; without a connection, the next answer.
    if (this.#answered) {
      this.#pending.push(update);
      this.#scheduleFlush();
    }
    this.#options.onChange();
  }

  #scheduleFlush(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    queueMicrotask(() => {
      this.#flushScheduled = false;
      this.flush();
    });
  }

  #answer(stateVector: Uint8Array): void {
    this.#pending = [];
    if (!this.#options.mayWrite() && this.#acknowledgements.edits === 0) {
      this.#answered = true;
      return;
    }
    const frame = step2Frame(this.#options.doc, stateVector);
    if (this.#tooLarge(frame.length)) return;
    this.#answered = true;
    this.#options.send(frame);
    this.#acknowledgements.sentAll();
  }

  #sendJoined(updates: Uint8Array[], editsBefore: number): void {
    const joined = updates.length === 1 && updates[0] ? updates[0] : Y.mergeUpdates(updates);
    if (joined.length + FRAME_HEADER_BYTES > this.#options.maxFrameBytes() && updates.length > 1) {
      const half = updates.length >> 1;
      this.#sendJoined(updates.slice(0, half), editsBefore);
      this.#sendJoined(updates.slice(half), editsBefore + half);
      return;
    }
    if (this.#tooLarge(joined.length + FRAME_HEADER_BYTES)) return;
    this.#options.send(updateFrame(joined));
    this.#acknowledgements.sent(editsBefore + updates.length);
  }

  #tooLarge(bytes: number): boolean {
    const most = this.#options.maxFrameBytes();
    if (bytes <= most) return false;
    this.#options.onUnsendable(
      new DioramaError(
        'frame_too_large',
        `The edit takes ${bytes} bytes, the server accepts ${most} in one frame`,
      ),
    );
    return true;
  }
}
