import { api } from '@diorama/shared';
import { route, type Route } from '../http/handler.js';
import { expectedSeq, sceneEtag } from '../scenes/etag.js';
import type { SceneEdits } from './scene-edits.js';

export const editRoutes = (edits: SceneEdits): Route[] => [
  route(api.edits.apply, async ({ principal, params, body, attempt, req }) => {
    const ifSeq = expectedSeq(req.get('if-match'));
    const done = await edits.apply(principal, params.scene_id, body, attempt, ifSeq);
    return { status: 200, headers: { ETag: sceneEtag(done.seq) }, body: done };
  }),
  route(api.edits.list, async ({ principal, params, query }) => ({
    status: 200,
    body: await edits.list(principal, params.scene_id, query),
  })),
  route(api.edits.get, async ({ principal, params }) => ({
    status: 200,
    body: await edits.get(principal, params.scene_id, params.edit_id),
  })),
  route(api.edits.undo, async ({ principal, params, attempt }) => {
    const undone = await edits.undo(principal, params.scene_id, params.edit_id, attempt);
    return { status: 200, headers: { ETag: sceneEtag(undone.seq) }, body: undone };
  }),
];
