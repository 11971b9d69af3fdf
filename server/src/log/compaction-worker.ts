import * as Y from 'yjs';
import { answerTasks } from '../processes/answer-tasks.js';
import { lowerThreadPriority } from '../processes/low-priority.js';
import { encodeRow } from './row-codec.js';
import { splitState } from './state-parts.js';
import { applyUpdate } from './update-decoder.js';

// The entry of the thread that compacts: decoding a large scene takes hundreds of milliseconds that editors must not feel.

/** What is to become one snapshot, in the order in which it is applied. */
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
