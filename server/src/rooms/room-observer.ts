import type * as Y from 'yjs';
import type { Principal } from '../access/principal.js';

/** Observes the rooms of this process. It is called for every edit: it must be fast and must not throw. */
export interface RoomObserver {
  /**
   * `editor` has changed the scene through this server. `corrected` tells whether a part was undone at once. Called in
   * `afterTransaction`.
   */
  edited(
    sceneId: string,
    editor: Principal,
    doc: Y.Doc,
    transaction: Y.Transaction,
    corrected: boolean,
  ): void;
  /** `editor` has moved these nodes through this server. The document may not contain the new poses yet. */
  moved(sceneId: string, editor: Principal, nodeIds: readonly string[]): void;
  /** Nobody has the scene open here any more, and everything is stored. */
  unloaded(sceneId: string): void;
}

export const NO_ROOM_OBSERVER: RoomObserver = {
  edited: () => undefined,
  moved: () => undefined,
  unloaded: () => undefined,
};
