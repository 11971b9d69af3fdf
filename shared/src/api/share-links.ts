import { z } from 'zod';
import { sceneIdSchema, shareLinkIdSchema } from '../ids.js';
import { pageOf, pageQuerySchema, timestampSchema } from './common.js';
import { defineEndpoint } from './endpoint.js';
import { accessNameSchema } from './members.js';

const TAG = 'Share links';
const sceneParams = z.object({ scene_id: sceneIdSchema });
const params = sceneParams.extend({ link_id: shareLinkIdSchema });

/** A week: long enough for a review, short enough to be forgotten without harm. */
export const SHARE_LINK_EXPIRES_IN_DEFAULT = 7 * 24 * 3600;
/** Ten years. */
export const SHARE_LINK_EXPIRES_IN_MAX = 10 * 366 * 24 * 3600;

/** Whoever holds the link has it: owners are members, by name. */
export const LINK_ROLES = ['editor', 'commenter', 'viewer'] as const;
export const linkRoleSchema = z.enum(LINK_ROLES).meta({ id: 'LinkRole' });
export type LinkRole = z.infer<typeof linkRoleSchema>;

export const shareLinkSchema = z
  .object({
    link_id: shareLinkIdSchema,
    scene_id: sceneIdSchema,
    role: linkRoleSchema,
    name: accessNameSchema,
    created_by: z.string(),
    created_at: timestampSchema,
    expires_at: timestampSchema,
  })
  .meta({ id: 'ShareLink' });

export const newShareLinkSchema = shareLinkSchema
  .extend({
    token: z.string().meta({ description: 'A bearer token for this scene alone. It is not shown again' }),
    url: z.string().meta({ description: 'Path and query that open the scene in the editor' }),
  })
  .meta({ id: 'NewShareLink' });

export const createShareLinkSchema = z
  .strictObject({
    role: linkRoleSchema,
    name: accessNameSchema.optional(),
    expires_in: z
      .int()
      .min(1)
      .max(SHARE_LINK_EXPIRES_IN_MAX)
      .optional()
      .meta({ description: 'Seconds from now. A week, if neither this nor `expires_at` is given' }),
    expires_at: z.iso.datetime({ offset: true }).optional(),
  })
  .refine((body) => body.expires_in === undefined || body.expires_at === undefined, {
    error: 'takes expires_in or expires_at, not both',
    path: ['expires_at'],
  })
  .meta({ id: 'CreateShareLink' });

export const shareLinkPageSchema = pageOf(shareLinkSchema, 'ShareLinkPage');

export type ShareLink = z.infer<typeof shareLinkSchema>;
export type NewShareLink = z.infer<typeof newShareLinkSchema>;
export type CreateShareLink = z.infer<typeof createShareLinkSchema>;

export const shareLinkEndpoints = {
  create: defineEndpoint({
    id: 'createShareLink',
    method: 'post',
    path: '/v1/scenes/{scene_id}/share-links',
    tag: TAG,
    summary: 'Make a link that lets its holders in',
    description:
      'For owners. Its holders are guests: they see the scene and the assets in it, and nothing else.',
    params: sceneParams,
    body: { type: 'json', schema: createShareLinkSchema },
    responses: { 201: { description: 'The link with its token', schema: newShareLinkSchema } },
    errors: ['scene_not_found', 'forbidden'],
  }),
  list: defineEndpoint({
    id: 'listShareLinks',
    method: 'get',
    path: '/v1/scenes/{scene_id}/share-links',
    tag: TAG,
    summary: 'List the links of a scene that still work, the newest first',
    description: 'For owners.',
    params: sceneParams,
    query: pageQuerySchema,
    responses: { 200: { description: 'A page of links', schema: shareLinkPageSchema } },
    errors: ['scene_not_found', 'forbidden', 'invalid_cursor'],
  }),
  revoke: defineEndpoint({
    id: 'revokeShareLink',
    method: 'delete',
    path: '/v1/scenes/{scene_id}/share-links/{link_id}',
    tag: TAG,
    summary: 'Revoke a link',
    description: 'For owners. Connections that came by it are closed with 4403.',
    params,
    responses: { 204: { description: 'Revoked' } },
    errors: ['scene_not_found', 'share_link_not_found', 'forbidden'],
  }),
} as const;
