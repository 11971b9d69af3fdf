import { z } from 'zod';
import { sceneIdSchema } from '../ids.js';
import { roleSchema } from '../access/role.js';
import { sceneDocumentSchema } from '../scene/document.js';
import { pageOf, pageQuerySchema, timestampSchema } from './common.js';
import { defineEndpoint } from './endpoint.js';

const TAG = 'Scenes';
const nameSchema = z.string().max(512);
const params = z.object({ scene_id: sceneIdSchema });
const ifMatch = { 'if-match': 'Only if the ETag is still this one' };
const etag = { ETag: 'Names this state of the scene' };

export const sceneSummarySchema = z
  .object({
    scene_id: sceneIdSchema,
    name: nameSchema,
    node_count: z.int().min(0),
    role: roleSchema.meta({ description: "The caller's role" }),
    created_at: timestampSchema,
    updated_at: timestampSchema,
    created_by: z.string(),
    sync_url: z.string().meta({ description: 'Where the scene is edited live: a WebSocket path' }),
  })
  .meta({ id: 'SceneSummary' });

export const sceneSchema = sceneSummarySchema
  .extend({
    document: sceneDocumentSchema,
    seq: z.int().min(0).meta({ description: 'The position in the log; the ETag is made of it' }),
  })
  .meta({ id: 'Scene' });

export const createSceneSchema = z
  .strictObject({ name: nameSchema.optional(), document: sceneDocumentSchema.optional() })
  .meta({ id: 'CreateScene' });

export const replaceSceneSchema = z
  .strictObject({ name: nameSchema.optional(), document: sceneDocumentSchema.optional() })
  .refine((body) => body.name !== undefined || body.document !== undefined, 'needs a name or a document')
  .meta({ id: 'ReplaceScene' });

export const scenePageSchema = pageOf(sceneSummarySchema, 'ScenePage');

export type SceneSummary = z.infer<typeof sceneSummarySchema>;
export type Scene = z.infer<typeof sceneSchema>;

export const sceneEndpoints = {
  create: defineEndpoint({
    id: 'createScene',
    method: 'post',
    path: '/v1/scenes',
    tag: TAG,
    summary: 'Create a scene',
    description: 'With a document, the scene starts with it; without, it starts empty.',
    body: { type: 'json', schema: createSceneSchema },
    responses: {
      201: { description: 'The new scene', schema: sceneSchema, headers: { ...etag, Location: 'The scene' } },
    },
    errors: ['forbidden', 'invalid_document', 'schema_too_new'],
  }),
  list: defineEndpoint({
    id: 'listScenes',
    method: 'get',
    path: '/v1/scenes',
    tag: TAG,
    summary: 'List scenes, the most recently created first',
    query: pageQuerySchema,
    responses: { 200: { description: 'A page of scenes', schema: scenePageSchema } },
    errors: ['invalid_cursor'],
  }),
  get: defineEndpoint({
    id: 'getScene',
    method: 'get',
    path: '/v1/scenes/{scene_id}',
    tag: TAG,
    summary: 'Read a scene with its document',
    params,
    requestHeaders: { 'if-none-match': 'Answer 304 if the ETag is still this one' },
    responses: { 200: { description: 'The scene', schema: sceneSchema, headers: etag } },
    errors: ['scene_not_found', 'scene_load_failed'],
  }),
  replace: defineEndpoint({
    id: 'replaceScene',
    method: 'put',
    path: '/v1/scenes/{scene_id}',
    tag: TAG,
    summary: 'Replace name and document by the least edit',
    description:
      'Live editors see only what differs. What the body leaves out of the document is removed, but for the name.',
    params,
    requestHeaders: ifMatch,
    body: { type: 'json', schema: replaceSceneSchema },
    responses: { 200: { description: 'The scene as it is now', schema: sceneSchema, headers: etag } },
    errors: [
      'forbidden',
      'scene_not_found',
      'precondition_failed',
      'invalid_document',
      'schema_too_new',
      'scene_load_failed',
    ],
  }),
  delete: defineEndpoint({
    id: 'deleteScene',
    method: 'delete',
    path: '/v1/scenes/{scene_id}',
    tag: TAG,
    summary: 'Delete a scene',
    description: 'Open connections are closed with 4404.',
    params,
    requestHeaders: ifMatch,
    responses: { 204: { description: 'Deleted' } },
    errors: ['forbidden', 'scene_not_found', 'precondition_failed'],
  }),
} as const;
