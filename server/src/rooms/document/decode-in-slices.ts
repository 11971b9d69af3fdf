import { setImmediate } from 'node:timers/promises';
import * as Y from 'yjs';
import { applyUpdate } from '../../log/update-decoder.js';

/** Other rooms wait no longer than this, and the least part, for a large scene that is being opened. */
const SLICE_MS = 8;

/** Makes the document of its stored updates, in slices between which the event loop runs. Throws what Yjs throws. */
export async function decodeInSlices(updates: readonly Uint8Array[]): Promise<Y.Doc> {
  const doc = new Y.Doc();
  let next = 0;
  // Whoever waits for the stored bytes is sent them first.
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
