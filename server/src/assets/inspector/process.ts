import { DioramaError } from '@diorama/shared';
import { Worker } from 'node:worker_threads';
import type { InspectorReply, InspectorRequest } from './jobs.js';
import { perform } from './perform.js';

/** The entry of an inspector process. Its one argument is the memory bound in bytes. */
const memoryBytes = Number(process.argv[2]);

const watchdog = new Worker(new URL('./watchdog.js', import.meta.url), {
  workerData: { memoryBytes, parent: process.ppid },
});
watchdog.unref();

function toReply(id: number, error: unknown): InspectorReply {
  if (error instanceof DioramaError) {
    const { code, message: detail, issues } = error;
    return { id, ok: false, code, detail, issues };
  }
  const internal = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    id,
    ok: false,
    code: 'asset_processing_failed',
    detail: 'The file could not be processed',
    issues: [],
    internal,
  };
}

process.on('message', (request: InspectorRequest) => {
  perform(request).then(
    (output) => process.send?.({ id: request.id, ok: true, output } satisfies InspectorReply),
    (error: unknown) => process.send?.(toReply(request.id, error)),
  );
});
process.on('disconnect', () => process.exit(0));
// A server that was killed while these modules were loading will never be told by an event.
if (process.connected === false) process.exit(0);
