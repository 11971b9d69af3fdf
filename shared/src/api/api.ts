import { assetEndpoints } from './assets.js';
import { changeEndpoints } from './changes.js';
import { editEndpoints } from './edits.js';
import type { Endpoint } from './endpoint.js';
import { memberEndpoints } from './members.js';
import { renderJobEndpoints } from './render-jobs.js';
import { sceneEndpoints } from './scenes.js';
import { shareLinkEndpoints } from './share-links.js';
import { systemEndpoints } from './system.js';
import { versionEndpoints } from './versions.js';

/** The whole REST API. */
export const api = {
  scenes: sceneEndpoints,
  edits: editEndpoints,
  members: memberEndpoints,
  shareLinks: shareLinkEndpoints,
  changes: changeEndpoints,
  versions: versionEndpoints,
  assets: assetEndpoints,
  renderJobs: renderJobEndpoints,
  system: systemEndpoints,
} as const;

export const ALL_ENDPOINTS: readonly Endpoint[] = Object.values(api).flatMap((group) =>
  Object.values<Endpoint>(group),
);
