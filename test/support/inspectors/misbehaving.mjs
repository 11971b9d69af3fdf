// An inspector process for tests of the pool: does what the job's `location` says.
import { Worker } from 'node:worker_threads';

new Worker(new URL('../../../server/dist/assets/inspector/watchdog.js', import.meta.url), {
  workerData: { memoryBytes: Number(process.argv[2]), parent: process.ppid },
}).unref();

const kept = [];
const deeds = {
  answer: () => process.pid,
  hang: () => {
    for (;;);
  },
  crash: () => process.abort(),
  leave: () => process.exit(7),
  grow: () => {
    for (;;) kept.push(Buffer.alloc(16 << 20, 1));
  },
  heap: () => {
    for (;;) kept.push({ of: [...kept.slice(-100)] });
  },
};

process.on('message', ({ id, input }) => {
  process.send({ id, ok: true, output: deeds[input.location]() });
});
process.on('disconnect', () => process.exit(0));
