import { z } from 'zod';
import { problemSchema } from '../errors/problem.js';
import { nodeIdSchema, renderJobIdSchema, sceneIdSchema } from '../ids.js';
import { finite, vec3Schema } from '../scene/primitives.js';
import { pageOf, pageQuerySchema, timestampSchema } from './common.js';
import { defineEndpoint } from './endpoint.js';

const TAG = 'Render jobs';
const params = z.object({ job_id: renderJobIdSchema });

export const RESOLUTION_MIN = 16;
export const RESOLUTION_MAX = 4096;
export const OUTPUT_FORMATS = ['png', 'jpeg', 'webp'] as const;
export const RENDER_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;

/** Where the picture is taken from. `auto` frames all that is visible. */
export const cameraConfigSchema = z
  .discriminatedUnion('mode', [
    z.strictObject({ mode: z.literal('auto') }),
    z.strictObject({
      mode: z.literal('node'),
      node: nodeIdSchema.meta({ description: 'A camera node of the scene' }),
    }),
    z.strictObject({
      mode: z.literal('explicit'),
      position: vec3Schema.meta({ description: 'Metres' }),
      target: vec3Schema.default([0, 0, 0]),
      up: vec3Schema.default([0, 1, 0]),
      yfov: finite.gt(0).lt(Math.PI).default(0.8).meta({ description: 'Vertical field of view in radians' }),
      znear: finite.gt(0).default(0.05),
      zfar: finite.gt(0).default(1000),
    }),
  ])
  .meta({ id: 'CameraConfig' });

const side = z.int().min(RESOLUTION_MIN).max(RESOLUTION_MAX);
export const resolutionSchema = z
  .tuple([side, side])
  .meta({ description: `[width, height] in pixels, ${RESOLUTION_MIN} to ${RESOLUTION_MAX} each` });

export const createRenderJobSchema = z
  .strictObject({
    scene_id: sceneIdSchema,
    camera_config: cameraConfigSchema.default({ mode: 'auto' }),
    output_format: z.enum(OUTPUT_FORMATS).default('png'),
    resolution: resolutionSchema.default([1280, 720]),
    transparent_background: z.boolean().default(false),
  })
  .meta({ id: 'CreateRenderJob' });

export const renderJobSchema = z
  .object({
    job_id: renderJobIdSchema,
    scene_id: sceneIdSchema,
    camera_config: cameraConfigSchema,
    output_format: z.enum(OUTPUT_FORMATS),
    resolution: resolutionSchema,
    transparent_background: z.boolean(),
    status: z.enum(RENDER_STATUSES),
    progress: z.number().min(0).max(1),
    stage: z.string().nullable().meta({ description: 'What the worker is doing, in words' }),
    created_at: timestampSchema,
    started_at: timestampSchema.nullable(),
    completed_at: timestampSchema.nullable(),
    created_by: z.string(),
    attempts: z.int().min(0),
    worker: z.string().nullable(),
    output_path: z.string().nullable().meta({ description: 'The key in the object store' }),
    output_url: z.string().nullable().meta({ description: 'Where the picture is served' }),
    error: problemSchema.nullable().meta({ description: 'Why it failed' }),
    warnings: z
      .array(z.string())
      .meta({ description: 'What is missing in the picture, such as an asset that is gone' }),
  })
  .meta({ id: 'RenderJob' });

export const renderJobPageSchema = pageOf(renderJobSchema, 'RenderJobPage');

export type CameraConfig = z.infer<typeof cameraConfigSchema>;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];
export type RenderStatus = (typeof RENDER_STATUSES)[number];
export type CreateRenderJob = z.infer<typeof createRenderJobSchema>;
export type RenderJob = z.infer<typeof renderJobSchema>;

export const renderJobEndpoints = {
  create: defineEndpoint({
    id: 'createRenderJob',
    method: 'post',
    path: '/v1/renderjobs',
    tag: TAG,
    summary: 'Render a scene as it is now',
    description: 'The exact state is pinned when the job is accepted; later edits do not change the picture.',
    body: { type: 'json', schema: createRenderJobSchema },
    responses: {
      202: { description: 'Accepted', schema: renderJobSchema, headers: { Location: 'The job' } },
    },
    errors: ['scene_not_found', 'camera_not_found', 'rendering_unavailable', 'scene_load_failed'],
  }),
  list: defineEndpoint({
    id: 'listRenderJobs',
    method: 'get',
    path: '/v1/renderjobs',
    tag: TAG,
    summary: 'List render jobs, the newest first',
    query: pageQuerySchema.extend({ scene_id: sceneIdSchema.optional() }),
    responses: { 200: { description: 'A page of jobs', schema: renderJobPageSchema } },
    errors: ['invalid_cursor'],
  }),
  get: defineEndpoint({
    id: 'getRenderJob',
    method: 'get',
    path: '/v1/renderjobs/{job_id}',
    tag: TAG,
    summary: 'Read a render job',
    params,
    responses: { 200: { description: 'The job', schema: renderJobSchema } },
    errors: ['render_job_not_found'],
  }),
  cancel: defineEndpoint({
    id: 'cancelRenderJob',
    method: 'post',
    path: '/v1/renderjobs/{job_id}/cancel',
    tag: TAG,
    summary: 'Cancel a job that has not ended',
    params,
    responses: { 200: { description: 'The cancelled job', schema: renderJobSchema } },
    errors: ['render_job_not_found', 'render_job_finished', 'forbidden'],
  }),
  output: defineEndpoint({
    id: 'getRenderOutput',
    method: 'get',
    path: '/v1/renderjobs/{job_id}/output',
    tag: TAG,
    summary: 'The picture',
    params,
    requestHeaders: { 'if-none-match': 'Answer 304 if the ETag is still this one' },
    responses: {
      200: { description: 'The picture', mediaType: 'image/*', headers: { ETag: 'The content hash' } },
    },
    errors: ['render_job_not_found', 'render_output_not_found'],
  }),
} as const;
