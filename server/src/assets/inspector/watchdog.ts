import { workerData } from 'node:worker_threads';

/**
 * Ends an inspector process that has outgrown its memory or lost its server, even while it is busy decoding: it runs on
 * a thread of its own, and a signal whose default is to terminate needs no cooperation of the main thread.
 */
const { memoryBytes, parent } = workerData as { memoryBytes: number; parent: number };

const CHECK_INTERVAL_MS = 100;

setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  // Native decoders allocate outside of the heap that --max-old-space-size bounds.
  if (process.memoryUsage.rss() > memoryBytes) process.kill(process.pid, 'SIGUSR2');
}, CHECK_INTERVAL_MS);
