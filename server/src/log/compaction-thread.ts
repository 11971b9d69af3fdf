import { compiledEntry } from '../processes/compiled-entry.js';
import { TaskThread } from '../processes/task-thread.js';
import type { CompactionTask } from './compaction-worker.js';

/** Builds a snapshot, encoded as it is stored, from V1 updates in the order in which they are applied. */
export type CompactionThread = TaskThread<CompactionTask, Uint8Array>;

export const createCompactionThread = (): CompactionThread =>
  new TaskThread({ entry: compiledEntry(import.meta.url, './compaction-worker.js'), name: 'compaction' });
