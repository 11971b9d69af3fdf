import { api, DioramaError } from '@diorama/shared';
import { sendContent } from '../assets/content/send.js';
import type { ObjectStore } from '../assets/object-store.js';
import { route, STREAMED, type Route } from '../http/handler.js';
import type { Logger } from '../observability/logger.js';
import { OUTPUT_MEDIA_TYPES, renderJobPath, toRenderJob } from './render-job-record.js';
import type { RenderJobs } from './render-jobs.js';

export interface RenderJobRoutesOptions {
  readonly jobs: RenderJobs;
  readonly objects: ObjectStore;
  readonly logger: Logger;
}

export const renderJobRoutes = ({ jobs, objects, logger }: RenderJobRoutesOptions): Route[] => [
  route(api.renderJobs.create, async ({ principal, body }) => {
    const job = await jobs.create(principal, body);
    return { status: 202, headers: { Location: renderJobPath(job.job_id) }, body: job };
  }),
  route(api.renderJobs.list, async ({ principal, query }) => ({
    status: 200,
    body: await jobs.list(principal, query),
  })),
  route(api.renderJobs.get, async ({ principal, params }) => ({
    status: 200,
    body: toRenderJob(await jobs.get(principal, params.job_id)),
  })),
  route(api.renderJobs.cancel, async ({ principal, params }) => ({
    status: 200,
    body: await jobs.cancel(principal, params.job_id),
  })),
  route(api.renderJobs.output, async ({ principal, params, req, res }) => {
    const { jobId, output, spec, status } = await jobs.get(principal, params.job_id);
    if (output === null) throw new DioramaError('render_output_not_found', `The job is ${status}`);
    const contentType = OUTPUT_MEDIA_TYPES[spec.output_format];
    const filename = `${jobId}.${spec.output_format}`;
    await sendContent(req, res, { ...output, contentType, filename, inline: true }, { objects, logger });
    return STREAMED;
  }),
];
