import { setImmediate } from 'node:timers/promises';
import * as Y from 'yjs';
import { applyUpdate } from '../../log/update-decoder.js';

/** Other rooms wait at most this long, or for one part, while a large scene is opened. */
const SLICE_MS = 8;

/** Applies stored updates to a new document, in slices between which the event loop runs. Throws what Yjs throws. */
export async function decodeInSlices(updates: readonly Uint8Array[]): Promise<Y.Doc> {
  const doc = new Y.Doc();
  let next = 0;
  // First let clients that wait for the stored bytes be sent them.
  await setImmediate();
  while (next < updates.length) {
    const until = performance.now() + SLICE_MS;
    doc.transact(() => {
      do applyUpdate(doc, updates[next++] as Uint8Array);
      while (next < updates.length && performance.now() < until);
    });
    if (next < updates.length) await setImmediate();
  }
  return doc;
}
