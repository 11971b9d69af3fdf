import { ROOT_MAPS } from '@diorama/shared';
import * as Y from 'yjs';
import type { UndoState } from './session-events.js';

/** Edits with the same merge key that follow each other within this time are one step. */
const MERGE_WINDOW_MS = 1_000;

/** Others answer in one's own thread: undoing a comment would take their words away for everybody. */
const UNDOABLE = ROOT_MAPS.filter((name) => name !== 'comments');

/**
 * Undo and redo of the edits made through one session. Every edit is a step of its own unless it asks to be merged; comments
 * are no steps, and are taken back by nothing but a write of theirs that throws.
 */
export class UndoHistory {
  readonly #doc: Y.Doc;
  readonly #manager: Y.UndoManager;
  /** Takes back what a write that threw had written of comments; what was written well it forgets at once. */
  readonly #comments: Y.UndoManager;
  readonly #origin = { session: 'own edits' };
  readonly #commentOrigin = { session: 'own comments' };
  /** Of the last step. */
  #mergeKey: string | undefined;
  /** Whether the edit that is under way has come into a step. */
  #captured = false;
  #depth = 0;

  constructor(doc: Y.Doc, onChange: (state: UndoState) => void) {
    this.#doc = doc;
    this.#manager = new Y.UndoManager(
      UNDOABLE.map((name) => doc.getMap(name)),
      { trackedOrigins: new Set([this.#origin]), captureTimeout: 0 },
    );
    this.#comments = new Y.UndoManager(doc.getMap('comments'), {
      trackedOrigins: new Set([this.#origin, this.#commentOrigin]),
      captureTimeout: 0,
    });
    const report = (): void => onChange(this.state);
    const captured = (): void => void (this.#captured = true);
    this.#manager.on('stack-item-added', captured);
    this.#manager.on('stack-item-updated', captured);
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
    this.#captured = false;
    const before = this.#manager.undoStack.length;
    // Kept apart from the step it would merge with, so that just what was written before the error can be taken back.
    const onThrow = (): void => void (this.#manager.captureTimeout = 0);
    const result = this.#write(write, this.#origin, onThrow, () => {
      if (this.#manager.undoStack.length === before) return;
      this.#manager.undo();
      this.#manager.clear(false, true);
    });
    // The key is that of the last step: one that wrote nothing is no step, and the next would merge with what was before it.
    if (this.#captured) this.#mergeKey = mergeKey;
    return result;
  }

  /** Runs `write`, which writes comments alone, as one transaction that is no step. When it throws, it is taken back. */
  comment<T>(write: () => T): T {
    if (this.#depth > 0) return write();
    const nothing = (): void => undefined;
    return this.#write(write, this.#commentOrigin, nothing, nothing);
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
    this.#comments.destroy();
  }

  #write<T>(write: () => T, origin: object, onThrow: () => void, takeBack: () => void): T {
    let outcome: { readonly result: T } | { readonly error: unknown } | undefined;
    this.#depth++;
    this.#doc.transact(() => {
      try {
        outcome = { result: write() };
      } catch (error) {
        onThrow();
        outcome = { error };
      }
    }, origin);
    this.#depth--;
    const done = outcome as { readonly result: T } | { readonly error: unknown };
    if ('error' in done) {
      takeBack();
      this.#comments.undo();
    }
    this.#comments.clear();
    if ('error' in done) throw done.error;
    return done.result;
  }
}
