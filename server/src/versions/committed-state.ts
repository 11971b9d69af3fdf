import type { ChangeJournal } from '../history/change-journal.js';
import type { SceneLog } from '../log/scene-log.js';
import type { StoredState } from './stored-state.js';

export interface CommittedStateOptions {
  readonly log: SceneLog;
  readonly journal: ChangeJournal;
}

/** The scene as it is committed now, and its position. Who made it what it is has been written by then. */
export async function committedState(
  { log, journal }: CommittedStateOptions,
  sceneId: string,
): Promise<{ readonly state: StoredState; readonly seq: number }> {
  await log.settled(sceneId);
  // What is written after the notes are taken is the next version's: to read a large scene has to wait first.
  const { updates, seq } = await log.read(sceneId, () => journal.flush());
  return { state: { updates }, seq };
}
