import { DioramaError, type RenderTask } from '@diorama/shared';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from '../../observability/logger.js';
import type { RenderFiles } from '../../render-jobs/render-files.js';
import type { RenderChild, RenderOutcome } from './render-child.js';

export interface RenderAttemptOptions {
  readonly child: RenderChild;
  readonly files: RenderFiles;
  readonly timeoutMs: number;
  /** The job was cancelled: its worker is killed. */
  readonly cancelled: AbortSignal;
  /** The server stops: the worker may finish, but nothing more is begun. */
  readonly stopping: AbortSignal;
  readonly onProgress: (progress: number, stage: string) => void;
  readonly now: () => number;
  readonly logger: Logger;
}

export interface RenderAttempt {
  readonly outcome: RenderOutcome;
  /** To be called when the picture has been seen to. */
  readonly release: () => Promise<void>;
}

/** How long to wait before the store is asked again. */
const RETRY_MS = 1_000;

const NOTHING_TO_RELEASE = async (): Promise<void> => undefined;

/** Brings a job's files to the worker and has it render them, all within the time that a job may take. */
export async function attemptRender(task: RenderTask, options: RenderAttemptOptions): Promise<RenderAttempt> {
  const { child, timeoutMs, cancelled, onProgress, now } = options;
  const began = now();
  const prepared = await prepare(task, options);
  if (typeof prepared !== 'function') return { outcome: prepared, release: NOTHING_TO_RELEASE };
  const release = prepared;
  // It died before it heard of the job.
  if (!child.usable || cancelled.aborted) return { outcome: { type: 'interrupted' }, release };
  const dismiss = (): void => child.dismiss();
  cancelled.addEventListener('abort', dismiss, { once: true });
  const left = Math.max(1, timeoutMs - (now() - began));
  const outcome = await child.render(task, { timeoutMs: left, onProgress });
  cancelled.removeEventListener('abort', dismiss);
  return { outcome: outcome.type === 'timeout' ? { type: 'timeout', timeoutMs } : outcome, release };
}

/** What releases the files, or how the attempt ended without them. A store that is away for a moment costs no job. */
async function prepare(
  task: RenderTask,
  { files, timeoutMs, cancelled, stopping, onProgress, logger }: RenderAttemptOptions,
): Promise<RenderOutcome | (() => Promise<void>)> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([cancelled, stopping, timeout]);
  let away: DioramaError | undefined;
  for (;;) {
    try {
      return await files.prepare(task, { signal, onStage: (stage) => onProgress(0, stage) });
    } catch (error) {
      if (cancelled.aborted || stopping.aborted) return { type: 'interrupted' };
      if (timeout.aborted)
        return away === undefined ? { type: 'timeout', timeoutMs } : { type: 'failed', error: away };
      logger.error({ err: error }, 'the files of a render job could not be fetched');
      if (!(error instanceof DioramaError))
        return { type: 'failed', error: new DioramaError('internal', undefined, { cause: error }) };
      if (error.code !== 'storage_unavailable') return { type: 'failed', error };
      away = error;
    }
    await wait(RETRY_MS, undefined, { signal }).catch((error: Error) => {
      if (error.name !== 'AbortError' && !signal.aborted) throw error;
    });
  }
}
