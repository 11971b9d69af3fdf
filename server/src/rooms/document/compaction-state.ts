import * as Y from 'yjs';
import type { OpenState } from '../../log/compactor.js';

/** This many structs are encoded in a millisecond and can be sent as one part. */
const MOST_STRUCTS = 2_000;

/** The document encoded for compaction at this position of the log; undefined if it is large. */
export function stateForCompaction(doc: Y.Doc, seq: number): OpenState | undefined {
  let structs = 0;
  for (const ofOneClient of doc.store.clients.values()) structs += ofOneClient.length;
  return structs > MOST_STRUCTS ? undefined : { seq, state: Y.encodeStateAsUpdate(doc) };
}
