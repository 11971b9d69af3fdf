import { api } from '@diorama/shared';
import { route, type Route } from '../http/handler.js';
import type { SceneHistory } from './scene-history.js';

export const historyRoutes = (history: SceneHistory): Route[] => [
  route(api.changes.list, async ({ principal, params, query }) => ({
    status: 200,
    body: await history.list(principal, params.scene_id, query),
  })),
  route(api.changes.ofNode, async ({ principal, params, query }) => ({
    status: 200,
    body: await history.ofNode(principal, params.scene_id, params.node_id, query),
  })),
];
