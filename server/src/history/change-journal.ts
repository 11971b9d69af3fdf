import type { RootMap } from '@diorama/shared';
import type * as Y from 'yjs';
import type { Principal } from '../access/principal.js';
import { changesOfTransaction } from '../edits/transaction-changes.js';
import type { Logger } from '../observability/logger.js';
import { eachTouched, joinedFate, type ItemFate } from '../rooms/document/touched-items.js';
import type { ChangeNote, ChangeStore } from './change-store.js';

export interface ChangeJournalOptions {
  readonly store: ChangeStore;
  readonly logger: Logger;
  /** How long notes are gathered; a crash costs as much. Default 1,000 ms. */
  readonly intervalMs?: number;
  /** While the database is away, more notes than this are not kept. Default 200,000. */
  readonly maxNotes?: number;
  readonly now?: () => number;
}

interface Note {
  fate: ItemFate;
  readonly root: RootMap;
  readonly id: string;
  readonly firstAt: number;
  lastAt: number;
}

/** Notes of one scene, by person: the same item is noted once, however often it changes. */
type SceneNotes = Map<Principal, Map<string, Note>>;

/** Rows of one statement. */
const MOST_ROWS = 5_000;

/**
 * Keeps who changed what, beside the document.
 *
 * An edit costs an entry in a map; once a second, before a version is made, and at the end, the notes are written in one
 * statement. Edits themselves are never lost by it: those are in the log.
 */
export class ChangeJournal {
  readonly #store: ChangeStore;
  readonly #logger: Logger;
  readonly #intervalMs: number;
  readonly #maxNotes: number;
  readonly #now: () => number;
  #scenes = new Map<string, SceneNotes>();
  #size = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isFailing = false;

  constructor(options: ChangeJournalOptions) {
    this.#store = options.store;
    this.#logger = options.logger;
    this.#intervalMs = options.intervalMs ?? 1_000;
    this.#maxNotes = options.maxNotes ?? 200_000;
    this.#now = options.now ?? Date.now;
  }

  /** `corrected` where some of it was undone at once: what is as it was before, nobody has changed. */
  note(sceneId: string, editor: Principal, doc: Y.Doc, transaction: Y.Transaction, corrected: boolean): void {
    if (this.#size >= this.#maxNotes) return;
    const kept = corrected ? changedItems(doc, transaction) : undefined;
    if (kept?.size === 0) return;
    const own = this.#notesOf(sceneId, editor);
    const at = this.#now();
    eachTouched(doc, transaction, (root, id, fate) => {
      if (kept?.has(`${root}/${id}`) !== false) this.#touched(own, root, id, fate, at);
    });
    this.#flushLater();
  }

  /** These nodes have got new poses from `editor`. */
  noteMoved(sceneId: string, editor: Principal, nodeIds: readonly string[]): void {
    if (this.#size >= this.#maxNotes) return;
    const own = this.#notesOf(sceneId, editor);
    const at = this.#now();
    for (const id of nodeIds) this.#touched(own, 'nodes', id, 'changed', at);
    this.#flushLater();
  }

  /** Resolves when everything noted so far has been written, or could not be and waits for the next time. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
  }

  #touched(own: Map<string, Note>, root: RootMap, id: string, fate: ItemFate, at: number): void {
    const key = `${root}/${id}`;
    const note = own.get(key);
    if (note === undefined) {
      own.set(key, { root, id, fate, firstAt: at, lastAt: at });
      this.#size++;
    } else {
      note.fate = joinedFate(note.fate, fate);
      note.lastAt = at;
    }
  }

  #flushLater(): void {
    this.#timer ??= setTimeout(() => void this.flush(), this.#intervalMs);
  }

  #notesOf(sceneId: string, editor: Principal): Map<string, Note> {
    const scene = entry(this.#scenes, sceneId, (): SceneNotes => new Map());
    return entry(scene, editor, (): Map<string, Note> => new Map());
  }

  async #write(): Promise<void> {
    if (this.#scenes.size === 0) return;
    const rows = rowsOf(this.#scenes);
    this.#scenes = new Map();
    this.#size = 0;
    for (let from = 0; from < rows.length; from += MOST_ROWS) {
      try {
        await this.#store.write(rows.slice(from, from + MOST_ROWS));
        this.#isFailing = false;
      } catch (error) {
        if (!this.#isFailing) this.#logger.warn({ err: error }, 'who changed what cannot be written yet');
        this.#isFailing = true;
        this.#keep(rows.slice(from));
        this.#flushLater();
        return;
      }
    }
  }

  /** Puts back what could not be written, below what has come meanwhile. */
  #keep(rows: readonly ChangeNote[]): void {
    for (const { sceneId, editor, ...old } of rows) {
      const notes = this.#notesOf(sceneId, editor);
      const key = `${old.root}/${old.id}`;
      const newer = notes.get(key);
      if (newer === undefined) this.#size++;
      notes.set(
        key,
        newer === undefined
          ? old
          : { ...newer, fate: joinedFate(old.fate, newer.fate), firstAt: old.firstAt },
      );
    }
  }
}

/** The items that are not as they were before; those of settings are their keys. */
const changedItems = (doc: Y.Doc, transaction: Y.Transaction): ReadonlySet<string> =>
  new Set(changesOfTransaction(doc, transaction).map(({ root, id, key }) => `${root}/${id ?? key ?? ''}`));

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

const rowsOf = (scenes: ReadonlyMap<string, SceneNotes>): ChangeNote[] =>
  [...scenes].flatMap(([sceneId, people]) =>
    [...people].flatMap(([editor, notes]) =>
      [...notes.values()].map((note): ChangeNote => ({ sceneId, editor, ...note })),
    ),
  );
