import { setFlagsFromString } from 'node:v8';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * For objects that live a moment. The server's own flag, which is meant for its main thread, would otherwise hold for each of its threads too:
 * they kept up to 100 MB each of it between two collections, and were not the faster for it.
 */
const SEMI_SPACE_MB = 4;

/** Starts a thread with little room for what lives a moment, whatever the process was started with. */
export function startThread(entry: string, options: WorkerOptions = {}): Worker {
  // `resourceLimits` would be the way to say it, and yields to the flag. V8 reads the flag when a heap is made: that of this thread has its own already.
  setFlagsFromString(`--max-semi-space-size=${SEMI_SPACE_MB}`);
  return new Worker(entry, options);
}
