import {
  COMPARED_ITEMS_MAX,
  type ChangeAuthor,
  type ComparedItems,
  type Comparison,
  type RootMap,
} from '@diorama/shared';
import type { Principal } from '../access/principal.js';
import type { SceneAccess } from '../access/scene-access.js';
import { storableId, type ChangeRecord, type ChangeStore } from '../history/change-store.js';
import { committedState, type CommittedStateOptions } from './committed-state.js';
import type { DocumentDifference, ItemDifferences, ItemRoot } from './compare-documents.js';
import type { StoredState } from './stored-state.js';
import { toVersion, type VersionRecord } from './version-record.js';
import type { VersionStore } from './version-store.js';
import type { VersionThread } from './version-thread.js';

export interface VersionComparisonsOptions extends CommittedStateOptions {
  readonly access: SceneAccess;
  readonly store: VersionStore;
  readonly thread: VersionThread;
  readonly changes: ChangeStore;
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

/** Comparisons of versions with each other and with the scene as it is. */
export class VersionComparisons {
  readonly #options: VersionComparisonsOptions;

  constructor(options: VersionComparisonsOptions) {
    this.#options = options;
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

  async #version(sceneId: string, versionId: string): Promise<Side> {
    const { store } = this.#options;
    const version = await store.get(sceneId, versionId);
    const data = await store.data(sceneId, versionId);
    return { version, state: { version: data }, seq: version.seq, epoch: version.epoch };
  }

  async #current(sceneId: string): Promise<Side> {
    return { version: null, epoch: NOW_EPOCH, ...(await committedState(this.#options, sceneId)) };
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
