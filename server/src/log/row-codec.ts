import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

/** A list of updates, each prefixed with its length; nothing is merged. Log rows and snapshots have this format. */
export function encodeRow(updates: readonly Uint8Array[]): Uint8Array {
  const encoder = encoding.createEncoder();
  for (const update of updates) encoding.writeVarUint8Array(encoder, update);
  return encoding.toUint8Array(encoder);
}

/** Throws if the row ends in the middle of an update. */
export function decodeRow(row: Uint8Array): Uint8Array[] {
  const decoder = decoding.createDecoder(row);
  const updates: Uint8Array[] = [];
  while (decoding.hasContent(decoder)) {
    const length = decoding.readVarUint(decoder);
    if (length > row.byteLength - decoder.pos) throw new Error('The stored updates are cut off');
    updates.push(decoding.readUint8Array(decoder, length));
  }
  return updates;
}
