import type { VersionId } from '@diorama/shared';
import { newVersionId } from '@diorama/shared';
import type { ChangeStore } from '../history/change-store.js';
import { committedState, type CommittedStateOptions } from './committed-state.js';
import type { VersionRecord } from './version-record.js';
import type { NewVersion, VersionStore } from './version-store.js';
import type { VersionThread } from './version-thread.js';

export interface VersionMakerOptions extends CommittedStateOptions {
  readonly store: VersionStore;
  readonly changes: ChangeStore;
  readonly thread: VersionThread;
}

/** Makes versions of what is committed, and thins out those that were made automatically. */
export class VersionMaker {
  readonly #options: VersionMakerOptions;

  constructor(options: VersionMakerOptions) {
    this.#options = options;
  }

  /** Keeps the scene as it is committed now. The document is decoded in a thread, also where it is open. */
  async make(
    sceneId: string,
    what: Pick<NewVersion, 'kind' | 'name' | 'note' | 'by'> & { readonly versionId: VersionId },
  ): Promise<VersionRecord> {
    const { store, thread } = this.#options;
    // One after the other and at once: whose changes come in between are those of the next epoch.
    const { state, seq } = await committedState(this.#options, sceneId);
    const epoch = await store.endEpoch(sceneId);
    const { data, nodeCount } = await thread.run('make', { state });
    return store.insert({ ...what, sceneId, seq, epoch, nodeCount, data });
  }

  /** An automatic version, unless there is one of the present state already; returns the one that holds it. */
  async makeAutomatic(sceneId: string, note = ''): Promise<VersionRecord | undefined> {
    const { store, log } = this.#options;
    await log.settled(sceneId);
    const last = await store.last(sceneId);
    if (last === undefined || last.headSeq === 0) return undefined;
    if (last.version?.seq === last.headSeq) return last.version;
    const versionId = newVersionId();
    const version = await this.make(sceneId, { versionId, kind: 'automatic', name: '', note, by: null });
    await this.thin(sceneId);
    return version;
  }

  /** Scenes that a stop or a crash kept from getting a version of what was edited last. */
  async unversioned(): Promise<string[]> {
    return this.#options.store.unversioned();
  }

  async delete(sceneId: string, versionId: string): Promise<void> {
    const { store, changes } = this.#options;
    await store.transaction(async (tx) => {
      await store.delete(tx, sceneId, versionId);
      await changes.joinEpochs(tx, sceneId);
    });
  }

  /** Deletes automatic versions that are too many for their age; returns how many. */
  async thin(sceneId?: string): Promise<number> {
    const { store, changes } = this.#options;
    return store.transaction(async (tx) => {
      const thinned = await store.thin(tx, sceneId);
      for (const scene of new Set(thinned)) await changes.joinEpochs(tx, scene);
      return thinned.length;
    });
  }
}
