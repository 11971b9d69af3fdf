import { api, type SceneId } from '@diorama/shared';
import { route, type Route } from '../http/handler.js';
import { readinessOf, type Probe } from './readiness.js';

export const systemRoutes = (version: string, probes: readonly Probe[]): Route[] => [
  route(api.system.health, () => Promise.resolve({ status: 200, body: { status: 'ok', version } })),
  route(api.system.readiness, async () => {
    const readiness = await readinessOf(probes);
    return { status: readiness.status === 'ready' ? 200 : 503, body: readiness };
  }),
  route(api.system.session, ({ principal }) =>
    Promise.resolve({
      status: 200,
      body: {
        subject: principal.subject,
        tenant: principal.tenant,
        name: principal.name,
        role: principal.role,
        ...(principal.guest && { scene_id: principal.guest.sceneId as SceneId }),
      },
    }),
  ),
];
