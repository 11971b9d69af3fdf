import { z } from 'zod';
import { cameraConfigSchema, OUTPUT_FORMATS, resolutionSchema } from '../api/render-jobs.js';
import { ERROR_CODES } from '../errors/catalogue.js';
import { issueSchema } from '../errors/problem.js';
import { assetIdSchema, renderJobIdSchema } from '../ids.js';

/**
 * What a render worker is given. It holds keys of the object store and never credentials: everything that the picture is
 * made of was pinned when the job was accepted.
 */
export const renderTaskSchema = z.object({
  job_id: renderJobIdSchema,
  /** Key of the pinned state: a Yjs update in V2 encoding. */
  snapshot_key: z.string(),
  /** Every asset that the document refers to and the tenant owns: asset id → where its content is. */
  assets: z.record(assetIdSchema, z.object({ key: z.string(), content_type: z.string() })),
  /** Where the picture goes. */
  output_key: z.string(),
  camera_config: cameraConfigSchema,
  output_format: z.enum(OUTPUT_FORMATS),
  resolution: resolutionSchema,
  transparent_background: z.boolean(),
});
export type RenderTask = z.infer<typeof renderTaskSchema>;

/** Server → worker, over IPC in one-machine mode. */
export const toWorkerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('render'), task: renderTaskSchema }),
  z.object({ type: z.literal('shutdown') }),
]);
export type ToWorker = z.infer<typeof toWorkerSchema>;

/** Worker → server. */
export const fromWorkerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), renderer: z.string() }),
  z.object({ type: z.literal('unavailable'), reason: z.string() }),
  z.object({
    type: z.literal('progress'),
    job_id: renderJobIdSchema,
    progress: z.number(),
    stage: z.string(),
  }),
  z.object({
    type: z.literal('done'),
    job_id: renderJobIdSchema,
    output_key: z.string(),
    warnings: z.array(z.string()),
    seconds: z.number(),
  }),
  z.object({
    type: z.literal('failed'),
    job_id: renderJobIdSchema,
    code: z.enum(ERROR_CODES),
    detail: z.string(),
    issues: z.array(issueSchema),
  }),
]);
export type FromWorker = z.infer<typeof fromWorkerSchema>;
