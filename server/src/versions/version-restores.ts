import { DioramaError, type Restored } from '@diorama/shared';
import type * as Y from 'yjs';
import type { Principal } from '../access/principal.js';
import type { SceneAccess } from '../access/scene-access.js';
import { applyChanges } from '../edits/apply-changes.js';
import type { EditRecorder } from '../edits/edit-recorder.js';
import type { Attempt } from '../http/attempt.js';
import { committedState, type CommittedStateOptions } from './committed-state.js';
import type { StoredState } from './stored-state.js';
import type { VersionMaker } from './version-maker.js';
import type { VersionStore } from './version-store.js';
import type { VersionThread } from './version-thread.js';

export interface VersionRestoresOptions extends CommittedStateOptions {
  readonly access: SceneAccess;
  readonly store: VersionStore;
  readonly maker: VersionMaker;
  readonly thread: VersionThread;
  readonly recorder: EditRecorder;
}

/** Brings versions of scenes back, as edits. */
export class VersionRestores {
  readonly #options: VersionRestoresOptions;

  constructor(options: VersionRestoresOptions) {
    this.#options = options;
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
    const { state, seq } = await committedState(this.#options, sceneId);
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
}
