import { SceneDoc, type DioramaError } from '@diorama/shared';
import * as Y from 'yjs';
import { DocumentLane, type DocumentLaneOptions } from './document-lane.js';
import type { UndoState } from './session-events.js';
import { UndoHistory } from './undo-history.js';

export interface WorkingCopyOptions extends Omit<DocumentLaneOptions, 'onSynced'> {
  /** `isFresh`: the document, its scene and its undo history are other ones than before. */
  readonly onSynced: (isFresh: boolean) => void;
  readonly onUndoChange: (state: UndoState) => void;
}

/**
 * The document that one session edits, with what has been done to it and what carries it to the server.
 *
 * After a refusal a fresh one takes its place: what follows a refused edit depends on it (Yjs applies a client's edits in
 * order), so the server can never take in anything more from the old document. A fresh one has a client id of its own and
 * starts clean. The old one stays in view until the fresh one is complete.
 */
export class WorkingCopy {
  readonly #options: WorkingCopyOptions;
  #scene: SceneDoc;
  #undo: UndoHistory;
  #lane: DocumentLane;
  /** The document that takes the place of one with a refused edit in it, once it has the server's state. */
  #replacement: { readonly scene: SceneDoc; readonly refusal: DioramaError } | undefined;

  constructor(options: WorkingCopyOptions) {
    this.#options = options;
    this.#scene = new SceneDoc(options.doc);
    this.#undo = this.#newUndo(options.doc);
    this.#lane = this.#newLane(options.doc);
  }

  get scene(): SceneDoc {
    return this.#scene;
  }

  get undo(): UndoHistory {
    return this.#undo;
  }

  /** Of the fresh document, once there is one that waits for the server's state. */
  get lane(): DocumentLane {
    return this.#lane;
  }

  /** Why the document waits to be replaced, so that nothing more may be written to it. */
  get refusal(): DioramaError | undefined {
    return this.#replacement?.refusal;
  }

  /** Whether the server has acknowledged every edit on this connection. */
  get saved(): boolean {
    return this.#replacement === undefined && this.#lane.saved;
  }

  get hasUnsaved(): boolean {
    return this.#replacement === undefined && this.#lane.hasUnsaved;
  }

  /** Resolves when every edit made so far is stored. */
  flushed(): Promise<void> {
    return this.#replacement === undefined ? this.#lane.flushed() : Promise.reject(this.#replacement.refusal);
  }

  /** Begins a fresh document, which needs a new connection to get the server's state. */
  replace(refusal: DioramaError): void {
    this.#lane.release(refusal);
    const doc = new Y.Doc();
    this.#replacement = { scene: new SceneDoc(doc), refusal };
    this.#lane = this.#newLane(doc);
  }

  /** Lets go of the document. Who waits for edits that are not stored hears `error`. */
  release(error: DioramaError): void {
    this.#lane.release(error);
    this.#undo.destroy();
  }

  #newUndo(doc: Y.Doc): UndoHistory {
    return new UndoHistory(doc, this.#options.onUndoChange);
  }

  #newLane(doc: Y.Doc): DocumentLane {
    return new DocumentLane({ ...this.#options, doc, onSynced: () => this.#synced() });
  }

  #synced(): void {
    const fresh = this.#replacement?.scene;
    if (fresh !== undefined) {
      this.#replacement = undefined;
      this.#undo.destroy();
      this.#scene = fresh;
      this.#undo = this.#newUndo(fresh.doc);
    }
    this.#options.onSynced(fresh !== undefined);
  }
}
