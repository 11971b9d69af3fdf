import type * as Y from 'yjs';
import type { Principal } from '../access/principal.js';

/** Hears what happens in the rooms of this process. Called on the path of every edit: it must be quick, and not throw. */
export interface RoomObserver {
  /**
   * `editor` has changed the scene through this server; where some of it was undone at once, it was `corrected`.
   * Called in `afterTransaction`.
   */
  edited(
    sceneId: string,
    editor: Principal,
    doc: Y.Doc,
    transaction: Y.Transaction,
    corrected: boolean,
  ): void;
  /** `editor` has given these nodes new poses through this server, which the document may not show yet. */
  moved(sceneId: string, editor: Principal, nodeIds: readonly string[]): void;
  /** Nobody has the scene open here any more, and all of it is stored. */
  unloaded(sceneId: string): void;
}

export const NO_ROOM_OBSERVER: RoomObserver = {
  edited: () => undefined,
  moved: () => undefined,
  unloaded: () => undefined,
};
