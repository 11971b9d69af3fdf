import { api } from '@diorama/shared';
import { route, type Route } from '../http/handler.js';
import { expectedSeq, sceneEtag } from '../scenes/etag.js';
import type { SceneVersions } from './scene-versions.js';
import type { VersionComparisons } from './version-comparisons.js';
import type { VersionRestores } from './version-restores.js';

export interface VersionRoutesOptions {
  readonly versions: SceneVersions;
  readonly comparisons: VersionComparisons;
  readonly restores: VersionRestores;
}

export const versionRoutes = ({ versions, comparisons, restores }: VersionRoutesOptions): Route[] => [
  route(api.versions.create, async ({ principal, params, body, attempt }) => {
    const version = await versions.create(principal, params.scene_id, body, attempt);
    const location = `/v1/scenes/${params.scene_id}/versions/${version.version_id}`;
    return { status: 201, headers: { Location: location }, body: version };
  }),
  route(api.versions.list, async ({ principal, params, query }) => ({
    status: 200,
    body: await versions.list(principal, params.scene_id, query),
  })),
  route(api.versions.get, async ({ principal, params }) => ({
    status: 200,
    body: await versions.get(principal, params.scene_id, params.version_id),
  })),
  route(api.versions.update, async ({ principal, params, body }) => ({
    status: 200,
    body: await versions.update(principal, params.scene_id, params.version_id, body),
  })),
  route(api.versions.delete, async ({ principal, params }) => {
    await versions.delete(principal, params.scene_id, params.version_id);
    return { status: 204, body: undefined };
  }),
  route(api.versions.compare, async ({ principal, params }) => ({
    status: 200,
    body: await comparisons.compare(principal, params.scene_id, params.version_id, params.other),
  })),
  route(api.versions.restore, async ({ principal, params, attempt, req }) => {
    const ifSeq = expectedSeq(req.get('if-match'));
    const restored = await restores.restore(principal, params.scene_id, params.version_id, attempt, ifSeq);
    return { status: 200, headers: { ETag: sceneEtag(restored.seq) }, body: restored };
  }),
];
