import { randomInt } from 'node:crypto';
import type * as Y from 'yjs';

/** Clients choose from 2^32. */
const BELOW = 2 ** 24;

/**
 * A Yjs client id for what the server writes, that nobody has used in `doc`.
 *
 * A small one: of two concurrent writes to a key, Yjs keeps the one of the larger id. What the server writes to correct
 * somebody must not win over what that client has written since.
 */
export function serverClientId(doc: Y.Doc): number {
  for (;;) {
    const id = randomInt(1, BELOW);
    if (!doc.store.clients.has(id)) return id;
  }
}
