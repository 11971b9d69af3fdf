import { compiledEntry } from '../processes/compiled-entry.js';
import { TaskThread } from '../processes/task-thread.js';
import type { VersionTaskName, VersionTasks } from './version-tasks.js';
import type { VersionTask } from './version-worker.js';

/** The thread that decodes, compares and encodes versions. */
export class VersionThread {
  readonly #thread = new TaskThread<VersionTask, unknown>({
    entry: compiledEntry(import.meta.url, './version-worker.js'),
    name: 'versions',
  });

  run<K extends VersionTaskName>(
    name: K,
    input: VersionTasks[K]['input'],
  ): Promise<VersionTasks[K]['output']> {
    return this.#thread.run({ name, input }) as Promise<VersionTasks[K]['output']>;
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
