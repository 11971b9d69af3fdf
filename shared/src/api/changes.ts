import { z } from 'zod';
import { nodeIdSchema, sceneIdSchema } from '../ids.js';
import { ROOT_MAPS } from '../scene/document.js';
import { pageOf, pageQuerySchema, timestampSchema } from './common.js';
import { actorSchema } from './edits.js';
import { defineEndpoint } from './endpoint.js';

const TAG = 'History';

export const itemChangeSchema = z
  .object({
    root: z.enum(ROOT_MAPS),
    id: z.string().meta({ description: 'Of the item; of the settings, the key' }),
    change: z.enum(['added', 'changed', 'removed']),
    by: actorSchema,
    at: timestampSchema,
  })
  .meta({ id: 'ItemChange', description: 'Who last changed something, and when' });

export const itemChangePageSchema = pageOf(itemChangeSchema, 'ItemChangePage');

export type ItemChange = z.infer<typeof itemChangeSchema>;

export const changeEndpoints = {
  list: defineEndpoint({
    id: 'listChanges',
    method: 'get',
    path: '/v1/scenes/{scene_id}/changes',
    tag: TAG,
    summary: 'List the last change of each item, the newest first',
    description:
      'Removed items are listed as well. Not edits, but what became of them: one entry for each item.',
    params: z.object({ scene_id: sceneIdSchema }),
    query: pageQuerySchema.extend({
      root: z.enum(ROOT_MAPS).optional(),
      since: z.iso
        .datetime({ offset: true })
        .optional()
        .meta({ description: 'Only changes after this time' }),
    }),
    responses: { 200: { description: 'A page of changes', schema: itemChangePageSchema } },
    errors: ['scene_not_found', 'invalid_cursor'],
  }),
  ofNode: defineEndpoint({
    id: 'listNodeChanges',
    method: 'get',
    path: '/v1/scenes/{scene_id}/nodes/{node_id}/changes',
    tag: TAG,
    summary: 'List who has changed a node, the last first',
    description: 'One entry for each person and time between two versions. Also for nodes that are removed.',
    params: z.object({ scene_id: sceneIdSchema, node_id: nodeIdSchema }),
    query: pageQuerySchema,
    responses: { 200: { description: 'A page of changes', schema: itemChangePageSchema } },
    errors: ['scene_not_found', 'invalid_cursor'],
  }),
} as const;
