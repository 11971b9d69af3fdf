import { DioramaError } from '@diorama/shared';
import { createHash } from 'node:crypto';
import type { ObjectStore } from '../../assets/object-store.js';
import type { RenderOutput } from '../../render-jobs/render-job-record.js';
import {
  RENDER_ATTEMPTS_MAX,
  type ClaimedRender,
  type RenderLedger,
} from '../../render-jobs/render-ledger.js';
import type { RenderOutcomeLabel } from '../../render-jobs/render-metrics.js';
import type { RenderOutcome } from './render-child.js';

export interface SettleOptions {
  readonly ledger: RenderLedger;
  readonly objects: ObjectStore;
}

const renderFailed = (detail: string): DioramaError => new DioramaError('render_failed', detail);

/** Writes down how an attempt ended. It may be called again when it throws. */
export async function settle(
  { task, attempts }: ClaimedRender,
  outcome: RenderOutcome,
  { ledger, objects }: SettleOptions,
): Promise<RenderOutcomeLabel> {
  const { job_id: jobId, output_key: outputKey } = task;

  /** Of a job that was cancelled nobody will ask for the picture; of one that another server has taken over they will. */
  async function orCancelled(
    written: Promise<boolean>,
    label: RenderOutcomeLabel,
  ): Promise<RenderOutcomeLabel> {
    if (await written) return label;
    if (await ledger.isCancelled(jobId)) await objects.delete(outputKey);
    return 'cancelled';
  }

  const fail = (error: DioramaError) => orCancelled(ledger.fail(jobId, error), 'failed');

  switch (outcome.type) {
    case 'done': {
      const output = await describe(objects, outputKey);
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

/** Size and hash of the picture, from its stored bytes: what is served is then known to be there. */
async function describe(objects: ObjectStore, key: string): Promise<RenderOutput | undefined> {
  if ((await objects.head(key)) === undefined) return undefined;
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of await objects.stream(key)) {
    hash.update(chunk as Uint8Array);
    size += (chunk as Uint8Array).length;
  }
  return { key, sha256: hash.digest('hex'), size };
}
