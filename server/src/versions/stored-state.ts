import * as Y from 'yjs';
import { gunzipSync, gzipSync } from 'node:zlib';

/** A scene's state on its way to the thread: updates (V1) as the log has them, or a version as it is stored. */
export type StoredState = { readonly updates: readonly Uint8Array[] } | { readonly version: Uint8Array };

/** A version as it is stored: the whole state in Yjs' V2 encoding, which is the smaller one, gzipped. */
export const encodeVersion = (doc: Y.Doc): Uint8Array => gzipSync(Y.encodeStateAsUpdateV2(doc), { level: 6 });

export function decodeState(state: StoredState): Y.Doc {
  const doc = new Y.Doc();
  doc.transact(() => {
    if ('version' in state) Y.applyUpdateV2(doc, gunzipSync(state.version));
    else for (const update of state.updates) Y.applyUpdate(doc, update);
  });
  return doc;
}
