import { DioramaError } from '@diorama/shared';
import type { RenderFiles } from '../../render-jobs/render-files.js';
import {
  RENDER_ATTEMPTS_MAX,
  type ClaimedRender,
  type RenderLedger,
} from '../../render-jobs/render-ledger.js';
import type { RenderOutcomeLabel } from '../../render-jobs/render-metrics.js';
import type { RenderOutcome } from './render-child.js';

export interface SettleOptions {
  readonly ledger: RenderLedger;
  readonly files: RenderFiles;
}

const renderFailed = (detail: string): DioramaError => new DioramaError('render_failed', detail);

/** Writes down how an attempt ended. It may be called again when it throws. */
export async function settle(
  { task, attempts }: ClaimedRender,
  outcome: RenderOutcome,
  { ledger, files }: SettleOptions,
): Promise<RenderOutcomeLabel> {
  const { job_id: jobId, output_key: outputKey } = task;

  /** Of a job that was cancelled nobody will ask for the picture; of one that another server has taken over they will. */
  async function orCancelled(
    written: Promise<boolean>,
    label: RenderOutcomeLabel,
  ): Promise<RenderOutcomeLabel> {
    if (await written) return label;
    if (await ledger.isCancelled(jobId)) await files.discard(outputKey);
    return 'cancelled';
  }

  const fail = (error: DioramaError) => orCancelled(ledger.fail(jobId, error), 'failed');

  switch (outcome.type) {
    case 'done': {
      const output = await files.collect(outputKey);
      if (output === undefined) return fail(renderFailed('The worker left no picture'));
      return orCancelled(ledger.succeed(jobId, output, outcome.warnings), 'succeeded');
    }
    case 'failed':
      return fail(outcome.error);
    case 'timeout':
      return fail(
        renderFailed(`It took longer than ${outcome.timeoutMs / 1_000} seconds to render and was stopped`),
      );
    case 'ended':
      if (attempts < RENDER_ATTEMPTS_MAX) return orCancelled(ledger.retry(jobId), 'retried');
      return fail(
        renderFailed(
          `The render worker ended in each of ${attempts} attempts, at last with ${outcome.reason}`,
        ),
      );
    case 'interrupted':
      return orCancelled(ledger.release(jobId), 'retried');
  }
}
