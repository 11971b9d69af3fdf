import type { SceneSession, SessionStatus, UndoState } from '@diorama/client-sdk';
import type { Role } from '@diorama/shared';
import { useCallback, useRef, useSyncExternalStore } from 'react';

import { useEditor } from '../state/editor-context.js';
import { usePast } from './use-past.js';

/** connecting, saving, saved or offline, from the server's acknowledgements alone. */
export function useStatus(): SessionStatus {
  const { session } = useEditor();
  return useSyncExternalStore(
    useCallback((callback: () => void) => session.on('status', callback), [session]),
    () => session.status,
  );
}

/** The person's role on the scene; undefined until the server has said it. */
export function useRole(): Role | undefined {
  const { session } = useEditor();
  return useSyncExternalStore(
    useCallback((callback: () => void) => session.on('welcome', callback), [session]),
    () => session.role,
  );
}

/** Reads what depends on role, document and state of the session. */
function useRights(read: (session: SceneSession) => boolean): boolean {
  const { session } = useEditor();
  return useSyncExternalStore(
    useCallback(
      (callback: () => void) => {
        const stops = (['welcome', 'status', 'synced', 'refused', 'reset', 'closed'] as const).map((event) =>
          session.on(event, callback),
        );
        return () => stops.forEach((stop) => stop());
      },
      [session],
    ),
    () => read(session),
  );
}

/** Whether edits are possible now: a role that may, a document that is not too new, a session that has not ended, and no version in its place. */
export function useCanEdit(): boolean {
  const isNow = usePast() === null;
  return useRights(canEdit) && isNow;
}

/** Whether comments may be written now, which a commenter may, too. */
export function useCanComment(): boolean {
  const isNow = usePast() === null;
  return useRights(canComment) && isNow;
}

/** Until the server has said the role, nothing may be edited: a viewer must not see a button that will refuse. */
export const canEdit = (session: SceneSession): boolean =>
  session.role !== undefined && session.readOnly === undefined;

export const canComment = (session: SceneSession): boolean =>
  session.role !== undefined && session.commentsReadOnly === undefined;

export function useUndo(): UndoState {
  const { session } = useEditor();
  const last = useRef<UndoState>({ canUndo: false, canRedo: false });
  return useSyncExternalStore(
    useCallback((callback: () => void) => session.on('undo-stack', callback), [session]),
    () => {
      const canUndo = session.canUndo();
      const canRedo = session.canRedo();
      if (last.current.canUndo !== canUndo || last.current.canRedo !== canRedo)
        last.current = { canUndo, canRedo };
      return last.current;
    },
  );
}
