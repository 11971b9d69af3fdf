import { parentPort } from 'node:worker_threads';
import * as Y from 'yjs';
import { lowerThreadPriority } from '../processes/low-priority.js';
import { encodeRow } from './row-codec.js';
import { splitState } from './state-parts.js';
import { applyUpdate } from './update-decoder.js';

// The entry of the thread that compacts: decoding a large scene takes hundreds of milliseconds that editors must not feel.

/** What is to become one snapshot, in the order in which it is applied. */
export interface CompactionTask {
  readonly id: number;
  readonly updates: readonly Uint8Array[];
}

export type CompactionReply =
  | { readonly id: number; readonly ok: true; readonly snapshot: Uint8Array }
  | { readonly id: number; readonly ok: false; readonly message: string };

function compact(task: CompactionTask): Uint8Array {
  const doc = new Y.Doc();
  doc.transact(() => {
    for (const update of task.updates) applyUpdate(doc, update);
  });
  return encodeRow(splitState(Y.encodeStateAsUpdate(doc)));
}

lowerThreadPriority();
parentPort?.on('message', (task: CompactionTask) => {
  try {
    const snapshot = compact(task);
    parentPort?.postMessage({ id: task.id, ok: true, snapshot } satisfies CompactionReply);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    parentPort?.postMessage({ id: task.id, ok: false, message } satisfies CompactionReply);
  }
});
