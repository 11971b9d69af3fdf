import { z } from 'zod';
import { storableText } from '../access/subject.js';
import { editIdSchema, sceneIdSchema, versionIdSchema } from '../ids.js';
import { sceneDocumentSchema } from '../scene/document.js';
import { pageOf, pageQuerySchema, timestampSchema } from './common.js';
import { actorSchema, editCountsSchema } from './edits.js';
import { defineEndpoint } from './endpoint.js';

const TAG = 'History';
const params = z.object({ scene_id: sceneIdSchema });
const versionParams = z.object({ scene_id: sceneIdSchema, version_id: versionIdSchema });
const etag = { ETag: 'Names the state of the scene after the restore' };

const nameSchema = storableText(256);
const noteSchema = storableText(4096).or(z.literal(''));

export const VERSION_KINDS = ['automatic', 'named'] as const;

export const versionSchema = z
  .object({
    version_id: versionIdSchema,
    scene_id: sceneIdSchema,
    kind: z.enum(VERSION_KINDS),
    name: z.string().meta({ description: 'Empty for automatic versions' }),
    note: z.string(),
    seq: z.int().min(0).meta({ description: 'The position of the log that it holds' }),
    node_count: z.int().min(0),
    byte_size: z.int().min(0).meta({ description: 'What it takes in the database' }),
    by: actorSchema.nullable().meta({ description: 'null for automatic versions' }),
    created_at: timestampSchema,
  })
  .meta({ id: 'Version' });

export const versionWithDocumentSchema = versionSchema
  .extend({ document: sceneDocumentSchema })
  .meta({ id: 'VersionWithDocument' });

export const versionPageSchema = pageOf(versionSchema, 'VersionPage');

export const createVersionSchema = z
  .strictObject({ name: nameSchema, note: noteSchema.optional() })
  .meta({ id: 'CreateVersion' });

export const updateVersionSchema = z
  .strictObject({ name: nameSchema.optional(), note: noteSchema.optional() })
  .refine(({ name, note }) => name !== undefined || note !== undefined, 'needs a name or a note')
  .meta({ id: 'UpdateVersion' });

/** Most items that a comparison lists of each kind of change; the counts are of all. */
export const COMPARED_ITEMS_MAX = 5_000;

const authorSchema = z
  .object({ subject: z.string(), name: z.string(), at: timestampSchema })
  .meta({ id: 'ChangeAuthor' });

const keyChangeSchema = z
  .object({ key: z.string(), before: z.unknown().optional(), after: z.unknown().optional() })
  .meta({ id: 'KeyChange', description: 'Values with defaults filled in; absent where there is none' });

const comparedItemSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.string().optional().meta({ description: 'Of a node' }),
    changes: z.array(keyChangeSchema).optional().meta({ description: 'Of what is in both' }),
    by: z.array(authorSchema).meta({ description: 'Who changed it between the two, the last first' }),
  })
  .meta({ id: 'ComparedItem' });

const comparedItemsSchema = z
  .object({
    added: z.array(comparedItemSchema),
    removed: z.array(comparedItemSchema),
    changed: z.array(comparedItemSchema),
    counts: editCountsSchema,
  })
  .meta({ id: 'ComparedItems' });

export const comparisonSchema = z
  .object({
    from: versionSchema,
    to: versionSchema.nullable().meta({ description: 'null for the scene as it is now' }),
    to_seq: z.int().min(0),
    nodes: comparedItemsSchema,
    materials: comparedItemsSchema,
    animations: comparedItemsSchema,
    comments: comparedItemsSchema,
    settings: z.array(keyChangeSchema.extend({ by: z.array(authorSchema) }).meta({ id: 'SettingChange' })),
    truncated: z.boolean().meta({ description: `Whether a list has more than ${COMPARED_ITEMS_MAX} items` }),
  })
  .meta({ id: 'Comparison' });

export const restoredSchema = z
  .object({
    edit_id: editIdSchema
      .nullable()
      .meta({ description: 'The edit, which can be undone; null where nothing differed' }),
    seq: z.int().min(0),
    counts: editCountsSchema,
    version_id: versionIdSchema.meta({ description: 'What was restored' }),
    previous_version_id: versionIdSchema.nullable().meta({ description: 'Holds the scene as it was before' }),
  })
  .meta({ id: 'Restored' });

export type VersionKind = (typeof VERSION_KINDS)[number];
export type Version = z.infer<typeof versionSchema>;
export type VersionWithDocument = z.infer<typeof versionWithDocumentSchema>;
export type Comparison = z.infer<typeof comparisonSchema>;
export type ComparedItem = z.infer<typeof comparedItemSchema>;
export type ComparedItems = z.infer<typeof comparedItemsSchema>;
export type KeyChange = z.infer<typeof keyChangeSchema>;
export type ChangeAuthor = z.infer<typeof authorSchema>;
export type Restored = z.infer<typeof restoredSchema>;

export const versionEndpoints = {
  create: defineEndpoint({
    id: 'createVersion',
    method: 'post',
    path: '/v1/scenes/{scene_id}/versions',
    tag: TAG,
    summary: 'Keep the scene as it is now under a name',
    params,
    body: { type: 'json', schema: createVersionSchema },
    responses: {
      201: { description: 'The version', schema: versionSchema, headers: { Location: 'The version' } },
    },
    errors: ['forbidden', 'scene_not_found', 'scene_load_failed'],
  }),
  list: defineEndpoint({
    id: 'listVersions',
    method: 'get',
    path: '/v1/scenes/{scene_id}/versions',
    tag: TAG,
    summary: 'List versions, the newest first',
    params,
    query: pageQuerySchema.extend({ kind: z.enum(VERSION_KINDS).optional() }),
    responses: { 200: { description: 'A page of versions', schema: versionPageSchema } },
    errors: ['scene_not_found', 'invalid_cursor'],
  }),
  get: defineEndpoint({
    id: 'getVersion',
    method: 'get',
    path: '/v1/scenes/{scene_id}/versions/{version_id}',
    tag: TAG,
    summary: 'Read a version with its document',
    params: versionParams,
    responses: { 200: { description: 'The version', schema: versionWithDocumentSchema } },
    errors: ['scene_not_found', 'version_not_found'],
  }),
  update: defineEndpoint({
    id: 'updateVersion',
    method: 'patch',
    path: '/v1/scenes/{scene_id}/versions/{version_id}',
    tag: TAG,
    summary: 'Name a version',
    description: 'An automatic version that gets a name is a named one from then on, and is kept.',
    params: versionParams,
    body: { type: 'json', schema: updateVersionSchema },
    responses: { 200: { description: 'The version', schema: versionSchema } },
    errors: ['forbidden', 'scene_not_found', 'version_not_found'],
  }),
  delete: defineEndpoint({
    id: 'deleteVersion',
    method: 'delete',
    path: '/v1/scenes/{scene_id}/versions/{version_id}',
    tag: TAG,
    summary: 'Delete a version',
    params: versionParams,
    responses: { 204: { description: 'Deleted' } },
    errors: ['forbidden', 'scene_not_found', 'version_not_found'],
  }),
  compare: defineEndpoint({
    id: 'compareVersions',
    method: 'get',
    path: '/v1/scenes/{scene_id}/versions/{version_id}/compare/{other}',
    tag: TAG,
    summary: 'Tell what differs between a version and another, or the scene as it is now',
    description: 'What was added, removed and changed from the first to `other`, by whom and when.',
    params: versionParams.extend({
      other: versionIdSchema.or(z.literal('current')).meta({ description: 'A version, or `current`' }),
    }),
    responses: { 200: { description: 'What differs', schema: comparisonSchema } },
    errors: ['scene_not_found', 'version_not_found', 'scene_load_failed'],
  }),
  restore: defineEndpoint({
    id: 'restoreVersion',
    method: 'post',
    path: '/v1/scenes/{scene_id}/versions/{version_id}/restore',
    tag: TAG,
    summary: 'Make the scene what it was in a version',
    description:
      'By the least edit, which live editors see and which can be undone. Comments stay as they are: they are conversation, not content. An automatic version of the present state is made before.',
    params: versionParams,
    requestHeaders: { 'if-match': 'Only if the ETag is still this one' },
    responses: { 200: { description: 'What was done', schema: restoredSchema, headers: etag } },
    errors: [
      'forbidden',
      'scene_not_found',
      'version_not_found',
      'precondition_failed',
      'schema_too_new',
      'storage_unavailable',
      'scene_load_failed',
    ],
  }),
} as const;
