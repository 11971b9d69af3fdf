import { randomInt } from 'node:crypto';
import type * as Y from 'yjs';

/** Clients choose from 2^32 ids. */
const BELOW = 2 ** 24;

/**
 * A Yjs client id for the server's own writes that is unused in `doc`.
 *
 * It is small: of two concurrent writes to a key, Yjs keeps the one with the larger id. A correction by the server must
 * not win over what the client has written since.
 */
export function serverClientId(doc: Y.Doc): number {
  for (;;) {
    const id = randomInt(1, BELOW);
    if (!doc.store.clients.has(id)) return id;
  }
}
