import { api } from '@diorama/shared';
import { route, STREAMED, type Route } from '../http/handler.js';
import { expectedSeq, parseSceneEtags, sceneEtag } from './etag.js';
import type { SceneService } from './scene-service.js';

export const sceneRoutes = (scenes: SceneService): Route[] => [
  route(api.scenes.create, async ({ principal, body, attempt }) => {
    const scene = await scenes.create(principal, body, attempt);
    const headers = { ETag: sceneEtag(scene.seq), Location: `/v1/scenes/${scene.scene_id}` };
    return { status: 201, headers, body: scene };
  }),
  route(api.scenes.list, async ({ principal, query }) => ({
    status: 200,
    body: await scenes.list(principal, query),
  })),
  route(api.scenes.get, async ({ principal, params, req, res }) => {
    const known = parseSceneEtags(req.get('if-none-match'));
    if (known !== undefined) {
      const seq = await scenes.position(principal, params.scene_id);
      if (known === 'any' || known.includes(seq)) {
        res.status(304).set('ETag', sceneEtag(seq)).end();
        return STREAMED;
      }
    }
    const { json, seq } = await scenes.get(principal, params.scene_id);
    res.set('ETag', sceneEtag(seq)).type('json').send(json);
    return STREAMED;
  }),
  route(api.scenes.replace, async ({ principal, params, body, req }) => {
    const scene = await scenes.replace(principal, params.scene_id, body, expectedSeq(req.get('if-match')));
    return { status: 200, headers: { ETag: sceneEtag(scene.seq) }, body: scene };
  }),
  route(api.scenes.delete, async ({ principal, params, req }) => {
    await scenes.delete(principal, params.scene_id, expectedSeq(req.get('if-match')));
    return { status: 204, body: undefined };
  }),
];
