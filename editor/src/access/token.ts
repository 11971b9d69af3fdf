import { SHARE_LINK_TOKEN_TYPE } from '@diorama/shared';

const STORAGE_KEY = 'diorama.token';

/**
 * The token of this tab: from the link once, afterwards from the session storage.
 *
 * It leaves the address bar at once, so that a copied address or a screenshot does not give it away. A link's token
 * replaces the stored one.
 */
export function takeToken(location: Location, history: History, storage: Storage): string | null {
  const url = new URL(location.href);
  const fromLink = url.searchParams.get('token');
  if (fromLink !== null && fromLink !== '') {
    storage.setItem(STORAGE_KEY, fromLink);
    url.searchParams.delete('token');
    history.replaceState(history.state, '', url);
  }
  return storage.getItem(STORAGE_KEY);
}

/** Whether the token is of a share link: of a guest, whom nobody but whoever made the link can help. */
export function isShareLinkToken(token: string | null): boolean {
  const header = token?.split('.')[0]?.replaceAll('-', '+').replaceAll('_', '/') ?? '';
  try {
    return (JSON.parse(atob(header)) as { typ?: unknown } | null)?.typ === SHARE_LINK_TOKEN_TYPE;
  } catch (error) {
    // No token of ours at all; the server says so.
    if (error instanceof SyntaxError || error instanceof DOMException) return false;
    throw error;
  }
}
