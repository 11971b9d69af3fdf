import { colorFor } from './person.js';

const NAME_KEY = 'diorama.name';
const COLOR_KEY = 'diorama.color';

/** How this tab appears to others: the name chosen here, or else the token's; a colour that stays while the tab lives. */
export function ownAppearance(storage: Storage, tokenName: string): { name: string; color: string } {
  let color = storage.getItem(COLOR_KEY);
  if (color === null) {
    color = colorFor(crypto.getRandomValues(new Uint8Array(1))[0] ?? 0);
    storage.setItem(COLOR_KEY, color);
  }
  return { name: storage.getItem(NAME_KEY) ?? tokenName, color };
}

/** Whether this tab was given a name of its own. */
export const hasOwnName = (storage: Storage): boolean => storage.getItem(NAME_KEY) !== null;

/** Session storage, so that two tabs of one person may go by two names. */
export const storeOwnName = (storage: Storage, name: string): void => storage.setItem(NAME_KEY, name);
