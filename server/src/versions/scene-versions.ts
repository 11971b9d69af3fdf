import {
  DioramaError,
  newVersionId,
  type ChangeAuthor,
  type ComparedItems,
  type Comparison,
  COMPARED_ITEMS_MAX,
  type Restored,
  type RootMap,
  type Version,
  type VersionKind,
  type VersionWithDocument,
} from '@diorama/shared';
import type * as Y from 'yjs';
import type { Principal } from '../access/principal.js';
import type { SceneAccess } from '../access/scene-access.js';
import { applyChanges } from '../edits/apply-changes.js';
import type { EditRecorder } from '../edits/edit-recorder.js';
import type { ChangeJournal } from '../history/change-journal.js';
import { storableId, type ChangeRecord, type ChangeStore } from '../history/change-store.js';
import type { Attempt } from '../http/attempt.js';
import { pageRequest, toPage } from '../http/cursor.js';
import type { SceneLog } from '../log/scene-log.js';
import type { DocumentDifference, ItemDifferences, ItemRoot } from './compare-documents.js';
import type { StoredState } from './stored-state.js';
import type { VersionMaker } from './version-maker.js';
import { versionPosition, type VersionRecord, type VersionStore } from './version-store.js';
import type { VersionThread } from './version-thread.js';

export interface SceneVersionsOptions {
  readonly access: SceneAccess;
  readonly store: VersionStore;
  readonly maker: VersionMaker;
  readonly thread: VersionThread;
  readonly log: SceneLog;
  readonly recorder: EditRecorder;
  readonly changes: ChangeStore;
  readonly journal: ChangeJournal;
}

interface ListQuery {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
  readonly kind?: VersionKind | undefined;
}

/** One side of a comparison. */
interface Side {
  readonly version: VersionRecord | null;
  readonly state: StoredState;
  readonly seq: number;
  /** The last epoch that it holds. */
  readonly epoch: number;
}

/** Later than any epoch: what is not in a version yet. */
const NOW_EPOCH = 2 ** 31 - 1;

/** Versions of scenes, for callers. */
export class SceneVersions {
  readonly #options: SceneVersionsOptions;

  constructor(options: SceneVersionsOptions) {
    this.#options = options;
  }

  async create(
    principal: Principal,
    sceneId: string,
    { name, note = '' }: { readonly name: string; readonly note?: string | undefined },
    attempt: Attempt,
  ): Promise<Version> {
    const { access, store, maker } = this.#options;
    await access.require(principal, sceneId, 'editor');
    const versionId = newVersionId(attempt.effectKey);
    const earlier = attempt.isRepeated ? await store.find(sceneId, versionId) : undefined;
    const by = { subject: principal.subject, name: principal.name };
    return toVersion(earlier ?? (await maker.make(sceneId, { versionId, kind: 'named', name, note, by })));
  }

  async list(principal: Principal, sceneId: string, query: ListQuery) {
    await this.#options.access.require(principal, sceneId);
    const page = pageRequest(query);
    const rows = await this.#options.store.list(sceneId, query.kind, page);
    return toPage(rows, page.limit, versionPosition, toVersion);
  }

  async get(principal: Principal, sceneId: string, versionId: string): Promise<VersionWithDocument> {
    const { access, store, thread } = this.#options;
    await access.require(principal, sceneId);
    const record = await store.get(sceneId, versionId);
    const version = await store.data(sceneId, versionId);
    return { ...toVersion(record), document: await thread.run('read', { state: { version } }) };
  }

  async update(
    principal: Principal,
    sceneId: string,
    versionId: string,
    change: { readonly name?: string | undefined; readonly note?: string | undefined },
  ): Promise<Version> {
    await this.#options.access.require(principal, sceneId, 'editor');
    return toVersion(await this.#options.store.update(sceneId, versionId, change));
  }

  async delete(principal: Principal, sceneId: string, versionId: string): Promise<void> {
    await this.#options.access.require(principal, sceneId, 'editor');
    await this.#options.maker.delete(sceneId, versionId);
  }

  /** What differs from a version to `other`, by whom and when. */
  async compare(
    principal: Principal,
    sceneId: string,
    versionId: string,
    other: string,
  ): Promise<Comparison> {
    const { access, thread } = this.#options;
    await access.require(principal, sceneId);
    const from = await this.#version(sceneId, versionId);
    const to = other === 'current' ? await this.#current(sceneId) : await this.#version(sceneId, other);
    const difference = await thread.run('compare', { from: from.state, to: to.state });
    const authors = await this.#authors(sceneId, from, to, difference);
    const items = (root: ItemRoot): ComparedItems => withAuthors(difference[root], root, authors);
    return {
      from: toVersion(from.version as VersionRecord),
      to: to.version && toVersion(to.version),
      to_seq: to.seq,
      nodes: items('nodes'),
      materials: items('materials'),
      animations: items('animations'),
      comments: items('comments'),
      settings: difference.settings.map((change) => ({ ...change, by: authors('scene', change.key) })),
      truncated: ITEM_ROOTS.some((root) =>
        Object.values(difference[root].counts).some((count) => count > COMPARED_ITEMS_MAX),
      ),
    };
  }

  /** Makes the scene what it was in a version, after a version of what it is now. */
  async restore(
    principal: Principal,
    sceneId: string,
    versionId: string,
    attempt: Attempt,
    ifSeq?: number,
  ): Promise<Restored> {
    const { access, maker, thread, recorder, store } = this.#options;
    await access.require(principal, sceneId, 'editor');
    const record = await store.get(sceneId, versionId);
    const label = record.name === '' ? `the version of ${record.createdAt.toISOString()}` : record.name;
    const wanted: StoredState = { version: await store.data(sceneId, versionId) };
    const { state, seq } = await this.#current(sceneId);
    // Before a version is made of what then is not restored. What an earlier try has done already is found further down.
    if (ifSeq !== undefined && ifSeq !== seq && !attempt.isRepeated)
      throw new DioramaError('precondition_failed', `The scene is at ${seq}, not at ${ifSeq}`);
    const changes = await thread.run('restore', { current: state, wanted });
    const differs = changes.length > 0 || attempt.isRepeated;
    const previous = differs
      ? await maker.makeAutomatic(sceneId, `Before ${label} was restored`.slice(0, 4096))
      : undefined;
    const done = await recorder.run({
      sceneId,
      principal,
      attempt,
      kind: 'restore',
      summary: () => `Restored ${label}`.slice(0, 256),
      ifSeq,
      change: (doc: Y.Doc) => {
        // Between the comparison and now somebody may have removed what would be changed: then it stays removed.
        const isThere = ({ root, id, key }: (typeof changes)[number]): boolean =>
          key === null || id === null || doc.getMap(root).has(id);
        applyChanges(doc, changes.filter(isThere));
        return { previous: previous?.versionId ?? null };
      },
    });
    return {
      edit_id: done.editId,
      seq: done.seq,
      counts: done.counts,
      version_id: record.versionId,
      previous_version_id: done.value.previous,
    };
  }

  async #version(sceneId: string, versionId: string): Promise<Side> {
    const { store } = this.#options;
    const version = await store.get(sceneId, versionId);
    const data = await store.data(sceneId, versionId);
    return { version, state: { version: data }, seq: version.seq, epoch: version.epoch };
  }

  async #current(sceneId: string): Promise<Side> {
    const { log, journal } = this.#options;
    await log.settled(sceneId);
    await journal.flush();
    const { updates, seq } = await log.read(sceneId);
    return { version: null, state: { updates }, seq, epoch: NOW_EPOCH };
  }

  async #authors(sceneId: string, from: Side, to: Side, difference: DocumentDifference): Promise<AuthorsOf> {
    const items = [
      ...ITEM_ROOTS.flatMap((root) =>
        [...difference[root].added, ...difference[root].removed, ...difference[root].changed].map(
          ({ id }) => ({
            root: root,
            id,
          }),
        ),
      ),
      ...difference.settings.map(({ key }) => ({ root: 'scene' as const, id: key })),
    ];
    const [after, until] = from.epoch < to.epoch ? [from.epoch, to.epoch] : [to.epoch, from.epoch];
    const found = await this.#options.changes.between(sceneId, { after, until }, items);
    return authorsFrom(found);
  }
}

const ITEM_ROOTS = ['nodes', 'materials', 'animations', 'comments'] as const satisfies readonly ItemRoot[];

type AuthorsOf = (root: RootMap, id: string) => ChangeAuthor[];

/** Each person once for an item, with the last time. */
function authorsFrom(records: readonly ChangeRecord[]): AuthorsOf {
  const byItem = new Map<string, ChangeAuthor[]>();
  for (const { root, id, subject, name, lastAt } of records) {
    const key = `${root}/${id}`;
    const authors = byItem.get(key) ?? [];
    if (!authors.some((author) => author.subject === subject))
      authors.push({ subject, name, at: lastAt.toISOString() });
    byItem.set(key, authors);
  }
  return (root, id) => byItem.get(`${root}/${storableId(id)}`) ?? [];
}

function withAuthors(differences: ItemDifferences, root: ItemRoot, authors: AuthorsOf): ComparedItems {
  const signed = (items: ItemDifferences['added']): ComparedItems['added'] =>
    items.map(({ id, name, kind, changes }) => ({
      id,
      name,
      ...(kind !== undefined && { kind }),
      ...(changes !== undefined && { changes: [...changes] }),
      by: authors(root, id),
    }));
  const { added, removed, changed, counts } = differences;
  return { added: signed(added), removed: signed(removed), changed: signed(changed), counts };
}

export const toVersion = (record: VersionRecord): Version => ({
  version_id: record.versionId,
  scene_id: record.sceneId,
  kind: record.kind,
  name: record.name,
  note: record.note,
  seq: record.seq,
  node_count: record.nodeCount,
  byte_size: record.byteSize,
  by: record.subject === null ? null : { subject: record.subject, name: record.creator ?? '' },
  created_at: record.createdAt.toISOString(),
});
