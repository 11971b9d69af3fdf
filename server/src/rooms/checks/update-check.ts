import * as Y from 'yjs';
import { badFrame } from '../frames/client-frame.js';
import { decodeWithContents } from '../../log/update-decoder.js';

/** A decoded update that has not been applied. */
export type DecodedUpdate = ReturnType<typeof Y.decodeUpdate>;
export type CheckedUpdate = ReturnType<typeof decodeWithContents>;

/**
 * Decodes an update and checks what Yjs takes for granted, so that applying it cannot fail half-way.
 *
 * Yjs integrates structs before it reads the delete set: an update with a broken end would change the document and then
 * throw. Throws `bad_frame`.
 */
export function decodeChecked(update: Uint8Array): CheckedUpdate {
  let decoded: CheckedUpdate;
  try {
    decoded = decodeWithContents(update);
  } catch (error) {
    throw badFrame('The update cannot be decoded', error);
  }
  // Most V2 updates decode as an empty V1 update: they would be acknowledged and lost.
  if (decoded.end < update.byteLength)
    throw badFrame('Something follows the update; it has to be in the first encoding of Yjs (V1)');
  // Yjs keeps the last list of a client and drops the others.
  const listed = new Set<number>();
  for (const client of decoded.clients) {
    if (listed.has(client)) throw badFrame(`The update lists client ${client} twice`);
    listed.add(client);
  }
  for (const struct of decoded.structs) checkStruct(struct);
  for (const deletions of decoded.ds.clients.values())
    for (const { clock, len } of deletions) {
      // Yjs stores deletions of structs that have not arrived, and throws when it encodes an empty one.
      if (len < 1) throw badFrame('The update has a deletion without length');
      if (!Number.isSafeInteger(clock + len)) throw badFrame('The update has an endless deletion');
    }
  return decoded;
}

function checkStruct(struct: DecodedUpdate['structs'][number]): void {
  if (struct.length < 1) throw badFrame('The update has an item without length');
  if (!Number.isSafeInteger(struct.id.clock + struct.length))
    throw badFrame('The update has an endless clock');
  if (!(struct instanceof Y.Item)) return;
  for (const reference of [struct.origin, struct.rightOrigin, struct.parent]) {
    if (!(reference instanceof Y.ID)) continue;
    // Yjs looks these references up without checking that they exist.
    if (reference.client === struct.id.client && reference.clock >= struct.id.clock)
      throw badFrame('The update has an item that refers to a later one');
  }
}
