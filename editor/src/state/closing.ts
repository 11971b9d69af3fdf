import type { SceneSession } from '@diorama/client-sdk';

/** Makes the browser ask before the tab is closed with edits that are stored nowhere else, for as long as the session lives. */
export function warnOfLoss(session: SceneSession, page: EventTarget = window): void {
  const warn = (event: Event): void => {
    if (session.hasUnsavedEdits) event.preventDefault();
  };
  page.addEventListener('beforeunload', warn);
  session.on('closed', () => page.removeEventListener('beforeunload', warn));
}

/**
 * Ends a session whose scene is not shown any more: while the server is away only when its edits are stored.
 *
 * Whoever goes to another scene meanwhile loses nothing, as long as the tab stays open.
 */
export function closeWhenStored(session: SceneSession): void {
  // A gesture that is under way counts, too.
  session.live.commit();
  const close = (): void => session.close();
  if (session.hasUnsavedEdits) session.flushed().then(close, close);
  else close();
}
