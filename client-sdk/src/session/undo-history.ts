import { ROOT_MAPS } from '@diorama/shared';
import * as Y from 'yjs';
import type { UndoState } from './session-events.js';

/** Edits with the same merge key that follow each other within this time are one step. */
const MERGE_WINDOW_MS = 1_000;

/** Undo and redo of the edits made through one session. Every edit is a step of its own unless it asks to be merged. */
export class UndoHistory {
  readonly #doc: Y.Doc;
  readonly #manager: Y.UndoManager;
  readonly #origin = { session: 'own edits' };
  #mergeKey: string | undefined;
  #depth = 0;

  constructor(doc: Y.Doc, onChange: (state: UndoState) => void) {
    this.#doc = doc;
    this.#manager = new Y.UndoManager(
      ROOT_MAPS.map((name) => doc.getMap(name)),
      { trackedOrigins: new Set([this.#origin]), captureTimeout: 0 },
    );
    const report = (): void => onChange(this.state);
    this.#manager.on('stack-item-added', report);
    this.#manager.on('stack-item-popped', report);
    this.#manager.on('stack-cleared', report);
  }

  get state(): UndoState {
    return { canUndo: this.#manager.canUndo(), canRedo: this.#manager.canRedo() };
  }

  /** Runs `write` as one transaction and one step. When it throws, what it had written is taken back. */
  edit<T>(write: () => T, mergeKey?: string): T {
    if (this.#depth > 0) return write();
    const merges = mergeKey !== undefined && mergeKey === this.#mergeKey;
    this.#manager.captureTimeout = merges ? MERGE_WINDOW_MS : 0;
    this.#mergeKey = mergeKey;
    const before = this.#manager.undoStack.length;
    this.#depth++;
    let thrown: { readonly error: unknown } | undefined;
    let result: T | undefined;
    this.#doc.transact(() => {
      try {
        result = write();
      } catch (error) {
        // Kept apart from the step it would merge with, so that just this can be taken back.
        this.#manager.captureTimeout = 0;
        thrown = { error };
      }
    }, this.#origin);
    this.#depth--;
    if (thrown === undefined) return result as T;
    if (this.#manager.undoStack.length > before) {
      this.#manager.undo();
      this.#manager.clear(false, true);
    }
    throw thrown.error;
  }

  undo(): boolean {
    return this.#manager.undo() !== null;
  }

  redo(): boolean {
    return this.#manager.redo() !== null;
  }

  /** The next edit begins a new step. */
  stopCapturing(): void {
    this.#mergeKey = undefined;
    this.#manager.stopCapturing();
  }

  destroy(): void {
    this.#manager.destroy();
  }
}
