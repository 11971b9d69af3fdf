import * as Y from 'yjs';
import { badFrame } from '../frames/client-frame.js';
import { decodeWithContents } from '../../log/update-decoder.js';

/** An update taken apart without applying it. */
export type DecodedUpdate = ReturnType<typeof Y.decodeUpdate>;
export type CheckedUpdate = ReturnType<typeof decodeWithContents>;

/**
 * Decodes an update and checks what Yjs takes for granted, so that applying it afterwards cannot fail half-way.
 *
 * Yjs integrates structs before it reads the delete set: an update that is broken at its end would change the document and
 * then throw. Throws `bad_frame`.
 */
export function decodeChecked(update: Uint8Array): CheckedUpdate {
  let decoded: CheckedUpdate;
  try {
    decoded = decodeWithContents(update);
  } catch (error) {
    throw badFrame('The update cannot be decoded', error);
  }
  // Most of Yjs' second encoding reads as an empty update: it would be acknowledged, and be lost.
  if (decoded.end < update.byteLength)
    throw badFrame('Something follows the update; it has to be in the first encoding of Yjs (V1)');
  // Yjs takes what comes last of it, and drops the rest.
  const listed = new Set<number>();
  for (const client of decoded.clients) {
    if (listed.has(client)) throw badFrame(`The update lists client ${client} twice`);
    listed.add(client);
  }
  for (const struct of decoded.structs) checkStruct(struct);
  for (const deletions of decoded.ds.clients.values())
    for (const { clock, len } of deletions) {
      // Yjs keeps those of what has not arrived yet, and fails when it writes one that is empty.
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
    // Yjs looks these up without asking whether they are there already.
    if (reference.client === struct.id.client && reference.clock >= struct.id.clock)
      throw badFrame('The update has an item that refers to a later one');
  }
}
