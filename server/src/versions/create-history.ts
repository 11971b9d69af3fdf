import type { SceneAccess } from '../access/scene-access.js';
import type { Database } from '../database/database.js';
import type { EditRecorder } from '../edits/edit-recorder.js';
import type { ChangeJournal } from '../history/change-journal.js';
import { ChangeStore } from '../history/change-store.js';
import { historyRoutes } from '../history/history-routes.js';
import { SceneHistory } from '../history/scene-history.js';
import type { Route } from '../http/handler.js';
import type { SceneLog } from '../log/scene-log.js';
import type { RoomObserver } from '../rooms/room-observer.js';
import type { AutomaticVersions } from './automatic-versions.js';
import { SceneVersions } from './scene-versions.js';
import { VersionComparisons } from './version-comparisons.js';
import { VersionMaker } from './version-maker.js';
import { VersionRestores } from './version-restores.js';
import { versionRoutes } from './version-routes.js';
import { VersionStore } from './version-store.js';
import { VersionThread } from './version-thread.js';

export interface HistoryOptions {
  readonly database: Database;
  readonly access: SceneAccess;
  readonly log: SceneLog;
  readonly recorder: EditRecorder;
  readonly journal: ChangeJournal;
}

/** Who changed what, and versions, wired together. */
export interface History {
  readonly routes: readonly Route[];
  readonly maker: VersionMaker;
  /** Versions that are being made are given up. */
  close(): Promise<void>;
}

export function createHistory({ database, access, log, recorder, journal }: HistoryOptions): History {
  const changes = new ChangeStore({ database });
  const store = new VersionStore({ database });
  const thread = new VersionThread();
  const maker = new VersionMaker({ store, changes, journal, log, thread });
  const versions = new SceneVersions({ access, store, maker, thread });
  const comparisons = new VersionComparisons({ access, store, thread, changes, log, journal });
  const restores = new VersionRestores({ access, store, maker, thread, recorder, log, journal });
  const scenes = new SceneHistory({ access, journal, store: changes });
  return {
    routes: [...historyRoutes(scenes), ...versionRoutes({ versions, comparisons, restores })],
    maker,
    close: () => thread.close(),
  };
}

/** Lets the rooms tell both of what they keep. */
export const observe = (journal: ChangeJournal, automatic: AutomaticVersions): RoomObserver => ({
  edited(sceneId, editor, doc, transaction, corrected) {
    journal.note(sceneId, editor, doc, transaction, corrected);
    automatic.edited(sceneId);
  },
  moved(sceneId, editor, nodeIds) {
    journal.noteMoved(sceneId, editor, nodeIds);
    automatic.edited(sceneId);
  },
  unloaded(sceneId) {
    void journal.flush();
    automatic.unloaded(sceneId);
  },
});
