const NAME_KEY = 'diorama.name';

/** The name that was given in this tab; null where the token's counts. */
export const ownName = (storage: Storage): string | null => storage.getItem(NAME_KEY);

/** Session storage, so that two tabs of one person may go by two names. */
export const storeOwnName = (storage: Storage, name: string): void => storage.setItem(NAME_KEY, name);
