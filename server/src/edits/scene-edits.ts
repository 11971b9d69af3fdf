import {
  allows,
  DioramaError,
  DRY_RUN_CHANGES_MAX,
  newKey,
  type AppliedOperations,
  type DocumentChange,
  type Edit,
  type EditCounts,
  type EditKind,
  type EditWithChanges,
  type LeftAlone,
  type OperationResult,
  type SceneId,
  type Undone,
} from '@diorama/shared';
import type * as Y from 'yjs';
import type { Principal } from '../access/principal.js';
import { requireSceneRole, type SceneAccess } from '../access/scene-access.js';
import type { Attempt } from '../http/attempt.js';
import { pageRequest, toPage } from '../http/cursor.js';
import type { SceneRooms } from '../rooms/scene-rooms.js';
import { requireKnownSchema } from '../rooms/checks/write-rights.js';
import { applyChanges } from './apply-changes.js';
import { countChanges, Draft } from './draft.js';
import type { EditRecorder } from './edit-recorder.js';
import { editPosition, type EditRecord, type EditStore } from './edit-store.js';
import { parseOperations, type ParsedOperation } from './operations/parse-operations.js';
import { runOperations } from './operations/run-operations.js';
import { reverse } from './undo.js';

export interface SceneEditsOptions {
  readonly access: SceneAccess;
  readonly rooms: SceneRooms;
  readonly recorder: EditRecorder;
  readonly store: EditStore;
  readonly now?: () => Date;
}

export interface OperationsRequest {
  readonly operations: readonly unknown[];
  readonly dry_run: boolean;
  readonly summary?: string | undefined;
}

interface Prepared {
  readonly results: OperationResult[];
  readonly created: string[];
}

/** Batches of operations, the list of what the server did for callers, and taking it back. */
export class SceneEdits {
  readonly #options: SceneEditsOptions;
  readonly #now: () => Date;

  constructor(options: SceneEditsOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => new Date());
  }

  /** Throws `forbidden`, `invalid_operations`, `id_taken`, `precondition_failed`, `schema_too_new`, `storage_unavailable`. */
  async apply(
    principal: Principal,
    sceneId: string,
    request: OperationsRequest,
    attempt: Attempt,
    ifSeq?: number,
  ): Promise<AppliedOperations> {
    const { role } = await this.#options.access.require(principal, sceneId, 'commenter');
    const mayEdit = allows(role, 'editor');
    const operations = await parseOperations(request.operations);
    const prepare = (doc: Y.Doc) => this.#prepare(doc, principal, operations, mayEdit);
    if (request.dry_run) return this.#dryRun(sceneId, prepare, ifSeq);
    const { editId, seq, value, counts } = await this.#options.recorder.run<Prepared>({
      sceneId,
      principal,
      attempt,
      kind: 'operations',
      ifSeq,
      summary: (_value, done) => request.summary ?? summarize(done),
      change: (doc) => {
        const { changes, ...prepared } = prepare(doc);
        applyChanges(doc, changes);
        return prepared;
      },
    });
    return { edit_id: editId, dry_run: false, seq, counts, ...value };
  }

  async list(
    principal: Principal,
    sceneId: string,
    query: { cursor?: string | undefined; limit?: number | undefined; kind?: EditKind | undefined },
  ) {
    await this.#options.access.require(principal, sceneId);
    const page = pageRequest(query);
    return toPage(
      await this.#options.store.list(sceneId, query.kind, page),
      page.limit,
      editPosition,
      toEdit,
    );
  }

  async get(principal: Principal, sceneId: string, editId: string): Promise<EditWithChanges> {
    await this.#options.access.require(principal, sceneId);
    const edit = await this.#options.store.get(sceneId, editId);
    return { ...toEdit(edit), changes: (await this.#options.store.changes(editId)) ?? null };
  }

  /** Takes an edit back where nobody has written since. Throws `edit_not_found`, `edit_not_undoable`. */
  async undo(principal: Principal, sceneId: string, editId: string, attempt: Attempt): Promise<Undone> {
    const { role } = await this.#options.access.require(principal, sceneId, 'commenter');
    const edit = await this.#options.store.get(sceneId, editId);
    const changes = await this.#options.store.changes(editId);
    if (changes === undefined)
      throw new DioramaError(
        'edit_not_undoable',
        'It changed more than is kept; restore a version from before it',
      );
    requireSceneRole(role, changes.every(({ root }) => root === 'comments') ? 'commenter' : 'editor');
    if (!allows(role, 'editor') && edit.subject !== principal.subject)
      throw new DioramaError('not_author', 'Commenters take back their own edits only');
    const undone = await this.#options.recorder.run<LeftAlone[]>({
      sceneId,
      principal,
      attempt,
      kind: 'undo',
      undoes: edit.editId,
      summary: () => summaryOfUndo(edit),
      change: (doc) => {
        const reversal = reverse(doc, changes);
        applyChanges(doc, reversal.changes);
        return [...reversal.leftAlone];
      },
    });
    return { edit_id: undone.editId, seq: undone.seq, counts: undone.counts, left_alone: undone.value };
  }

  #prepare(
    doc: Y.Doc,
    principal: Principal,
    operations: readonly ParsedOperation[],
    mayEdit: boolean,
  ): Prepared & { changes: readonly DocumentChange[] } {
    const draft = new Draft(doc);
    const now = this.#now().toISOString();
    const results = runOperations({ draft, newId: newKey, author: principal, mayEdit, now }, operations);
    const changes = draft.changes();
    const created = changes.flatMap(({ id, key, after }) =>
      key === null && after !== undefined && id !== null ? [id] : [],
    );
    return { results, created, changes };
  }

  async #dryRun(
    sceneId: string,
    prepare: (doc: Y.Doc) => Prepared & { changes: readonly DocumentChange[] },
    ifSeq: number | undefined,
  ): Promise<AppliedOperations> {
    const { value, seq } = await this.#options.rooms.read(sceneId, (doc) => {
      requireKnownSchema(doc);
      return prepare(doc);
    });
    if (ifSeq !== undefined && ifSeq !== seq)
      throw new DioramaError('precondition_failed', `The scene is at ${seq}, not at ${ifSeq}`);
    const { changes, created, results } = value;
    return {
      edit_id: null,
      dry_run: true,
      seq,
      created,
      counts: countChanges(changes),
      results,
      changes: changes.slice(0, DRY_RUN_CHANGES_MAX),
    };
  }
}

function summarize({ added, changed, removed }: EditCounts): string {
  const parts = [
    [added, 'added'],
    [changed, 'changed'],
    [removed, 'removed'],
  ] as const;
  return parts.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : [])).join(', ');
}

/** Who takes an undo back repeats what it took back. */
function summaryOfUndo({ kind, summary }: EditRecord): string {
  const [UNDO, REDO] = ['Undo: ', 'Redo: '];
  if (kind !== 'undo') return `${UNDO}${summary}`.slice(0, 256);
  return summary.startsWith(UNDO) ? REDO + summary.slice(UNDO.length) : UNDO + summary.slice(REDO.length);
}

const toEdit = (edit: EditRecord): Edit => ({
  edit_id: edit.editId,
  scene_id: edit.sceneId as SceneId,
  seq: edit.seq,
  kind: edit.kind,
  summary: edit.summary,
  by: { subject: edit.subject, name: edit.name },
  at: edit.createdAt.toISOString(),
  counts: { added: edit.added, changed: edit.changed, removed: edit.removed },
  undoes: edit.undoes,
  undone_by: edit.undoneBy,
  undoable: edit.undoable,
});
