import { parentPort } from 'node:worker_threads';
import { VERSION_TASKS, type VersionTaskName } from './version-tasks.js';

// The entry of the thread that decodes versions: a large one takes hundreds of milliseconds that editors must not feel.

export interface VersionTask {
  readonly id: number;
  readonly name: VersionTaskName;
  readonly input: unknown;
}

export type VersionReply =
  | { readonly id: number; readonly ok: true; readonly output: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string };

parentPort?.on('message', ({ id, name, input }: VersionTask) => {
  try {
    const handler = VERSION_TASKS[name] as (input: unknown) => unknown;
    parentPort?.postMessage({ id, ok: true, output: handler(input) } satisfies VersionReply);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    parentPort?.postMessage({ id, ok: false, message } satisfies VersionReply);
  }
});
