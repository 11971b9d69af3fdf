import { z } from 'zod';
import { roleSchema } from '../access/role.js';
import { sceneIdSchema } from '../ids.js';
import { defineEndpoint } from './endpoint.js';

const TAG = 'System';

const checkSchema = z.object({
  status: z.enum(['ready', 'unavailable', 'starting', 'disabled']),
  detail: z.string().optional().meta({ description: 'Why it is not ready, and what would help' }),
});

export const readinessSchema = z
  .object({
    status: z.enum(['ready', 'unavailable']),
    checks: z.record(z.string(), checkSchema).meta({
      description:
        'database and objects must be ready for the whole to be; rendering may be unavailable on its own',
    }),
  })
  .meta({ id: 'Readiness' });

export const healthSchema = z.object({ status: z.literal('ok'), version: z.string() }).meta({ id: 'Health' });

export const sessionSchema = z
  .object({
    subject: z.string(),
    tenant: z.string(),
    name: z.string(),
    role: roleSchema,
    scene_id: sceneIdSchema
      .optional()
      .meta({ description: 'Only for guests of a share link: the one scene that they may see' }),
  })
  .meta({ id: 'Session', description: 'Whom the server takes the caller for' });

export type Readiness = z.infer<typeof readinessSchema>;
export type ReadinessCheck = z.infer<typeof checkSchema>;
export type Health = z.infer<typeof healthSchema>;
export type SessionInfo = z.infer<typeof sessionSchema>;

export const systemEndpoints = {
  health: defineEndpoint({
    id: 'health',
    method: 'get',
    path: '/healthz',
    tag: TAG,
    summary: 'Whether the process lives',
    responses: { 200: { description: 'It lives', schema: healthSchema } },
    errors: [],
    public: true,
  }),
  readiness: defineEndpoint({
    id: 'readiness',
    method: 'get',
    path: '/readyz',
    tag: TAG,
    summary: 'Whether the parts it needs answer',
    responses: {
      200: { description: 'It can serve', schema: readinessSchema },
      503: { description: 'It cannot', schema: readinessSchema },
    },
    errors: [],
    public: true,
  }),
  session: defineEndpoint({
    id: 'getSession',
    method: 'get',
    path: '/v1/session',
    tag: TAG,
    summary: 'Whom the server takes the caller for',
    responses: { 200: { description: 'The principal', schema: sessionSchema } },
    errors: [],
  }),
} as const;
