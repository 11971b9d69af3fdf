import * as Y from 'yjs';
import { answerTasks } from '../processes/answer-tasks.js';
import { lowerThreadPriority } from '../processes/low-priority.js';
import { encodeRow } from './row-codec.js';
import { splitState } from './state-parts.js';
import { applyUpdate } from './update-decoder.js';

// Entry point of the compaction thread. Decoding a large scene takes hundreds of milliseconds, which editors must not
// notice.

/** The updates that become one snapshot, in the order in which they are applied. */
export type CompactionTask = readonly Uint8Array[];

function compact(updates: CompactionTask): Uint8Array {
  const doc = new Y.Doc();
  doc.transact(() => {
    for (const update of updates) applyUpdate(doc, update);
  });
  return encodeRow(splitState(Y.encodeStateAsUpdate(doc)));
}

lowerThreadPriority();
answerTasks(compact);
