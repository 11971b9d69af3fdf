import { compiledEntry } from '../processes/compiled-entry.js';
import { TaskThread } from '../processes/task-thread.js';
import type { CompactionTask } from './compaction-worker.js';

/** The thread that makes snapshots: as it is stored, of what updates (V1) make together, in the order in which they are applied. */
export type CompactionThread = TaskThread<CompactionTask, Uint8Array>;

export const createCompactionThread = (): CompactionThread =>
  new TaskThread({ entry: compiledEntry(import.meta.url, './compaction-worker.js'), name: 'compaction' });
