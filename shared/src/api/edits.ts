import { z } from 'zod';
import { editIdSchema, sceneIdSchema } from '../ids.js';
import { ROOT_MAPS } from '../scene/document.js';
import { OPERATIONS_MAX, operationSchema } from '../scene/operations.js';
import { pageOf, pageQuerySchema, timestampSchema } from './common.js';
import { defineEndpoint } from './endpoint.js';

const TAG = 'Edits';
const params = z.object({ scene_id: sceneIdSchema });
const editParams = z.object({ scene_id: sceneIdSchema, edit_id: editIdSchema });
const ifMatch = { 'if-match': 'Only if the ETag is still this one' };
const etag = { ETag: 'Names the state of the scene after the edit' };

/** Who did something: the principal's subject, and what they were called then. */
export const actorSchema = z.object({ subject: z.string(), name: z.string() }).meta({ id: 'Actor' });

/** What an edit did to one item or to one of its keys, as plain JSON. */
export const documentChangeSchema = z
  .object({
    root: z.enum(ROOT_MAPS),
    id: z.string().nullable().meta({ description: 'Of the item; null for the settings of the scene' }),
    key: z.string().nullable().meta({ description: 'null where the whole item was added or removed' }),
    before: z.unknown().optional().meta({ description: 'Absent where nothing was stored' }),
    after: z.unknown().optional().meta({ description: 'Absent where nothing is stored any more' }),
  })
  .meta({ id: 'DocumentChange' });

export const editCountsSchema = z
  .object({ added: z.int().min(0), changed: z.int().min(0), removed: z.int().min(0) })
  .meta({
    id: 'EditCounts',
    description: 'Of items: nodes, materials, animations, comment threads, settings',
  });

export const EDIT_KINDS = ['operations', 'replace', 'restore', 'undo'] as const;

export const editSchema = z
  .object({
    edit_id: editIdSchema,
    scene_id: sceneIdSchema,
    seq: z.int().min(0).meta({ description: 'The position in the log that holds the edit' }),
    kind: z.enum(EDIT_KINDS),
    summary: z.string(),
    by: actorSchema,
    at: timestampSchema,
    counts: editCountsSchema,
    undoes: editIdSchema.nullable().meta({ description: 'The edit that this one took back' }),
    undone_by: editIdSchema.nullable().meta({
      description:
        'The edit that took this one back; null when that was taken back itself, so that this one stands again',
    }),
    undoable: z
      .boolean()
      .meta({ description: 'false where the edit was too large to keep what was there before' }),
  })
  .meta({ id: 'Edit' });

export const editWithChangesSchema = editSchema
  .extend({
    changes: z.array(documentChangeSchema).nullable().meta({ description: 'null where they are not kept' }),
  })
  .meta({ id: 'EditWithChanges' });

export const editPageSchema = pageOf(editSchema, 'EditPage');

export const applyOperationsSchema = z
  .strictObject({
    operations: z.array(operationSchema).min(1).max(OPERATIONS_MAX),
    dry_run: z.boolean().default(false).meta({ description: 'Say what would happen, and change nothing' }),
    summary: z.string().min(1).max(256).optional().meta({ description: 'What the list of edits says of it' }),
  })
  .meta({ id: 'ApplyOperations' });

export const operationResultSchema = z
  .object({
    op: z.string(),
    id: z
      .string()
      .nullable()
      .meta({ description: 'Of what it wrote: node, material, animation or comment thread' }),
    message_id: z.string().optional().meta({ description: 'Of the comment that was written' }),
  })
  .meta({ id: 'OperationResult' });

/** Of a dry run, the first so many changes are listed. */
export const DRY_RUN_CHANGES_MAX = 1_000;

export const appliedOperationsSchema = z
  .object({
    edit_id: editIdSchema.nullable().meta({ description: 'null where nothing changed, and for a dry run' }),
    dry_run: z.boolean(),
    seq: z.int().min(0).meta({ description: 'The position that holds the edit; the ETag is made of it' }),
    created: z
      .array(z.string())
      .meta({ description: 'Ids that were added and are there in the end, in order' }),
    counts: editCountsSchema,
    results: z.array(operationResultSchema).meta({ description: 'One for each operation, in order' }),
    changes: z
      .array(documentChangeSchema)
      .optional()
      .meta({ description: `Of a dry run: what would change, the first ${DRY_RUN_CHANGES_MAX}` }),
  })
  .meta({ id: 'AppliedOperations' });

export const leftAloneSchema = z
  .object({
    root: z.enum(ROOT_MAPS),
    id: z.string().nullable(),
    key: z.string().nullable(),
    reason: z.enum(['written_since', 'removed_since', 'exists_again', 'in_use']),
  })
  .meta({ id: 'LeftAlone' });

export const undoneSchema = z
  .object({
    edit_id: editIdSchema
      .nullable()
      .meta({ description: 'The edit that took it back; null where nothing was left to do' }),
    seq: z.int().min(0),
    counts: editCountsSchema,
    left_alone: z
      .array(leftAloneSchema)
      .meta({ description: 'What somebody has written over since, and which therefore stays' }),
  })
  .meta({ id: 'Undone' });

export type Actor = z.infer<typeof actorSchema>;
export type DocumentChange = z.infer<typeof documentChangeSchema>;
export type EditCounts = z.infer<typeof editCountsSchema>;
export type EditKind = (typeof EDIT_KINDS)[number];
export type Edit = z.infer<typeof editSchema>;
export type EditWithChanges = z.infer<typeof editWithChangesSchema>;
export type AppliedOperations = z.infer<typeof appliedOperationsSchema>;
export type OperationResult = z.infer<typeof operationResultSchema>;
export type LeftAlone = z.infer<typeof leftAloneSchema>;
export type Undone = z.infer<typeof undoneSchema>;

export const editEndpoints = {
  apply: defineEndpoint({
    id: 'applyOperations',
    method: 'post',
    path: '/v1/scenes/{scene_id}/operations',
    tag: TAG,
    summary: 'Change a scene by a batch of operations',
    description:
      'All or nothing: when one operation cannot be applied, none is, and each fault is named by its pointer. Live editors see the result as one edit. Commenters may send comment operations only.',
    params,
    requestHeaders: ifMatch,
    body: {
      type: 'json',
      schema: applyOperationsSchema,
      // Operations are checked one by one where they are applied, so that the faults of all of them are found.
      parsed: applyOperationsSchema.extend({
        operations: z.array(z.unknown()).min(1).max(OPERATIONS_MAX),
      }),
    },
    responses: { 200: { description: 'What was done', schema: appliedOperationsSchema, headers: etag } },
    errors: [
      'forbidden',
      'scene_not_found',
      'id_taken',
      'precondition_failed',
      'schema_too_new',
      'invalid_operations',
      'storage_unavailable',
      'scene_load_failed',
    ],
  }),
  list: defineEndpoint({
    id: 'listEdits',
    method: 'get',
    path: '/v1/scenes/{scene_id}/edits',
    tag: TAG,
    summary: 'List the edits that the server made for callers, the newest first',
    params,
    query: pageQuerySchema.extend({ kind: z.enum(EDIT_KINDS).optional() }),
    responses: { 200: { description: 'A page of edits', schema: editPageSchema } },
    errors: ['scene_not_found', 'invalid_cursor'],
  }),
  get: defineEndpoint({
    id: 'getEdit',
    method: 'get',
    path: '/v1/scenes/{scene_id}/edits/{edit_id}',
    tag: TAG,
    summary: 'Read an edit with what it changed',
    params: editParams,
    responses: { 200: { description: 'The edit', schema: editWithChangesSchema } },
    errors: ['scene_not_found', 'edit_not_found'],
  }),
  undo: defineEndpoint({
    id: 'undoEdit',
    method: 'post',
    path: '/v1/scenes/{scene_id}/edits/{edit_id}/undo',
    tag: TAG,
    summary: 'Take an edit back',
    description:
      'Puts back what nobody has written over since, and says what it left alone. It is an edit itself: undoing it repeats the first.',
    params: editParams,
    responses: { 200: { description: 'What was taken back', schema: undoneSchema, headers: etag } },
    errors: [
      'forbidden',
      'scene_not_found',
      'edit_not_found',
      'edit_not_undoable',
      'schema_too_new',
      'storage_unavailable',
      'scene_load_failed',
    ],
  }),
} as const;
