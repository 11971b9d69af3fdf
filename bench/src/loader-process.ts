import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { JobName, Jobs } from './load/jobs.js';
import { LOAD_CORE, pin } from './servers/pin.js';

const ENTRY = fileURLToPath(new URL('./load/loader.ts', import.meta.url));

type Message =
  | { readonly kind: 'measuring'; readonly on: boolean }
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: string };

export type Params<K extends JobName> = Parameters<Jobs[K]>[0];
export type Result<K extends JobName> = Awaited<ReturnType<Jobs[K]>>;

/** Does a job in a load generator of its own, on the load's core. */
export function runJob<K extends JobName>(
  job: K,
  params: Params<K>,
  onMeasuring: (on: boolean) => void = () => undefined,
): Promise<Result<K>> {
  const child = fork(ENTRY, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  pin(child.pid ?? -1, LOAD_CORE);
  return new Promise((resolve, reject) => {
    child.on('message', (message: Message) => {
      switch (message.kind) {
        case 'measuring':
          onMeasuring(message.on);
          return;
        case 'result':
          // Numbers that are not there (NaN) come over IPC as null.
          resolve(withNaN(message.result) as Result<K>);
          return;
        case 'failed':
          reject(new Error(`${job}: ${message.error}`));
      }
    });
    child.once('exit', (code, signal) => reject(new Error(`${job}: the load ended with ${signal ?? code}`)));
    child.send({ job, params });
  });
}

function withNaN(value: unknown): unknown {
  if (value === null) return NaN;
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(withNaN);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withNaN(each)]));
}
