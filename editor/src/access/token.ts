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

export const forgetToken = (storage: Storage): void => storage.removeItem(STORAGE_KEY);
