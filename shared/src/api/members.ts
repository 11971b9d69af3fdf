import { z } from 'zod';
import { roleSchema } from '../access/role.js';
import { subjectSchema } from '../access/subject.js';
import { sceneIdSchema } from '../ids.js';
import { pageOf, pageQuerySchema, timestampSchema } from './common.js';
import { defineEndpoint } from './endpoint.js';

const TAG = 'Members';
const sceneParams = z.object({ scene_id: sceneIdSchema });

/** A path segment of dots alone would be taken for another path by every URL parser. */
const memberSubjectSchema = subjectSchema
  .refine((subject) => subject !== '.' && subject !== '..', 'cannot be a segment of a path')
  .meta({ description: 'The `sub` of their tokens, percent-encoded' });
const params = sceneParams.extend({ subject: memberSubjectSchema });

/** How a member or link is called, for people to read. */
export const accessNameSchema = z
  .string()
  .max(256)
  .regex(/^[^\0\p{Surrogate}]*$/u, 'has characters that cannot be stored');

export const memberSchema = z
  .object({
    subject: z.string().meta({ description: 'The `sub` of their tokens' }),
    role: roleSchema.meta({
      description: 'What they may do at most; a token with a lesser role may do less',
    }),
    name: accessNameSchema,
    added_by: z.string(),
    added_at: timestampSchema,
  })
  .meta({ id: 'Member' });

export const putMemberSchema = z
  .strictObject({ role: roleSchema, name: accessNameSchema.optional() })
  .meta({ id: 'PutMember' });

export const memberPageSchema = pageOf(memberSchema, 'MemberPage')
  .extend({
    access: z.enum(['tenant', 'members']).meta({
      description: 'Who gets in: everybody of the tenant, until the scene has its first member; then members',
    }),
  })
  .meta({ id: 'MemberPage' });

export type Member = z.infer<typeof memberSchema>;
export type MemberPage = z.infer<typeof memberPageSchema>;

export const memberEndpoints = {
  list: defineEndpoint({
    id: 'listMembers',
    method: 'get',
    path: '/v1/scenes/{scene_id}/members',
    tag: TAG,
    summary: 'List the members of a scene, the most recently added first',
    params: sceneParams,
    query: pageQuerySchema,
    responses: { 200: { description: 'A page of members', schema: memberPageSchema } },
    errors: ['scene_not_found', 'forbidden', 'invalid_cursor'],
  }),
  put: defineEndpoint({
    id: 'putMember',
    method: 'put',
    path: '/v1/scenes/{scene_id}/members/{subject}',
    tag: TAG,
    summary: 'Add a member or change their role',
    description:
      'For owners. The first member closes the scene to the rest of the tenant: its creator, and whoever calls, ' +
      'become owners. Open connections follow within a second.',
    params,
    body: { type: 'json', schema: putMemberSchema },
    responses: {
      200: { description: 'The member as they are now', schema: memberSchema },
      201: { description: 'The new member', schema: memberSchema },
    },
    errors: ['scene_not_found', 'forbidden', 'last_owner'],
  }),
  remove: defineEndpoint({
    id: 'removeMember',
    method: 'delete',
    path: '/v1/scenes/{scene_id}/members/{subject}',
    tag: TAG,
    summary: 'Remove a member, or leave a scene',
    description:
      'For owners, and for everybody to remove themselves. Their connections are closed with 4403.',
    params,
    responses: { 204: { description: 'Removed' } },
    errors: ['scene_not_found', 'member_not_found', 'forbidden', 'last_owner'],
  }),
} as const;
