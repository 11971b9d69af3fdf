import { newEditId, type DocumentChange, type EditCounts, type EditId, type EditKind } from '@diorama/shared';
import type * as Y from 'yjs';
import type { Principal } from '../access/principal.js';
import type { Attempt } from '../http/attempt.js';
import type { SceneRooms } from '../rooms/scene-rooms.js';
import { countChanges } from './draft.js';
import type { EditStore } from './edit-store.js';
import { changesOfTransaction } from './transaction-changes.js';

export interface EditRequest<T> {
  readonly sceneId: string;
  readonly principal: Principal;
  readonly attempt: Attempt;
  readonly kind: EditKind;
  /** Read after the change was made. */
  readonly summary: (value: T, counts: EditCounts) => string;
  readonly undoes?: EditId;
  readonly ifSeq?: number | undefined;
  /** Called in one transaction; what it returns is JSON. Should throw before it has changed anything, or not at all. */
  readonly change: (doc: Y.Doc) => T;
}

export interface RecordedEdit<T> {
  /** null when nothing changed. */
  readonly editId: EditId | null;
  readonly seq: number;
  readonly value: T;
  readonly counts: EditCounts;
  /** As in {@link AtSeq}. */
  readonly exact?: boolean;
}

export interface EditRecorderOptions {
  readonly rooms: SceneRooms;
  readonly store: EditStore;
  /** What a larger edit changed is not kept, so that it cannot be undone. Default 16 MiB of JSON. */
  readonly maxChangeBytes?: number;
}

const NOTHING: EditCounts = { added: 0, changed: 0, removed: 0 };

/**
 * The one way in which the server changes a scene for a caller.
 *
 * A change is one transaction on the live document, so that editors see it at once, and is recorded with what it changed in
 * the database transaction that commits it: there is never one without the other.
 */
export class EditRecorder {
  readonly #rooms: SceneRooms;
  readonly #store: EditStore;
  readonly #maxChangeBytes: number;

  constructor(options: EditRecorderOptions) {
    this.#rooms = options.rooms;
    this.#store = options.store;
    this.#maxChangeBytes = options.maxChangeBytes ?? 16 * 1024 * 1024;
  }

  async run<T>(request: EditRequest<T>): Promise<RecordedEdit<T>> {
    const { sceneId, principal, attempt } = request;
    const editId = newEditId(attempt.effectKey);
    const earlier = attempt.isRepeated ? await this.#earlier<T>(sceneId, editId) : undefined;
    if (earlier !== undefined) return earlier;

    let changes: readonly DocumentChange[] = [];
    let counts = NOTHING;
    let recorded = false;
    let isDone = false;
    let value: T | undefined;
    const { seq, exact } = await this.#rooms.edit(
      sceneId,
      principal,
      (doc) => {
        doc.once('afterTransaction', (transaction: Y.Transaction) => {
          changes = changesOfTransaction(doc, transaction);
          counts = countChanges(changes);
        });
        isDone = false;
        value = request.change(doc);
        isDone = true;
      },
      {
        ...(request.ifSeq !== undefined && { ifSeq: request.ifSeq }),
        committedWith: async (tx, seq) => {
          // What threw halfway is no edit, and the next try must not find it done.
          if (!isDone) return;
          await this.#store.insert(tx, this.#record(request, editId, value as T, changes, counts), seq);
          recorded = true;
        },
      },
    );
    return {
      editId: recorded ? editId : null,
      seq,
      value: value as T,
      counts,
      ...(exact !== undefined && { exact }),
    };
  }

  async #earlier<T>(sceneId: string, editId: EditId): Promise<RecordedEdit<T> | undefined> {
    const edit = await this.#store.find(sceneId, editId);
    if (edit === undefined) return undefined;
    const { seq, added, changed, removed } = edit;
    return {
      editId,
      seq,
      counts: { added, changed, removed },
      value: (await this.#store.result<T>(editId)) as T,
    };
  }

  #record<T>(
    request: EditRequest<T>,
    editId: EditId,
    value: T,
    changes: readonly DocumentChange[],
    counts: EditCounts,
  ): Parameters<EditStore['insert']>[1] {
    const { sceneId, kind, principal, undoes } = request;
    return {
      editId,
      sceneId,
      kind,
      summary: request.summary(value, counts),
      subject: principal.subject,
      name: principal.name,
      counts,
      undoes: undoes ?? null,
      changes: encodeWithin(changes, this.#maxChangeBytes) ?? null,
      result:
        request.attempt.mayBeRepeated && value !== undefined ? Buffer.from(JSON.stringify(value)) : null,
    };
  }
}

/** JSON of `items`, or undefined as soon as it is larger than `most`. */
function encodeWithin(items: readonly unknown[], most: number): Uint8Array | undefined {
  const parts: string[] = [];
  let length = 2;
  for (const item of items) {
    const json = JSON.stringify(item);
    length += json.length + 1;
    if (length > most) return undefined;
    parts.push(json);
  }
  return Buffer.from(`[${parts.join(',')}]`);
}
