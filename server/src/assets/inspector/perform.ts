import { readFile } from 'node:fs/promises';
import { unpackArchive } from '../archive/unpack.js';
import { inspectModel, surveyModel } from '../gltf/inspect.js';
import { inspectExr } from '../images/exr.js';
import { inspectHdr } from '../images/hdr.js';
import { inspectPicture } from '../images/picture.js';
import { ASSET_LIMITS } from '../limits.js';
import type { InspectorRequest } from './jobs.js';

/** Does one job. Runs in an inspector process, never in the server. */
export async function perform(request: InspectorRequest): Promise<unknown> {
  switch (request.kind) {
    case 'unpack':
      return unpackArchive(request.input.archive, request.input.folder, ASSET_LIMITS);
    case 'survey':
      return surveyModel(request.input, ASSET_LIMITS);
    case 'model':
      return inspectModel(request.input, request.input.packTo, ASSET_LIMITS);
    case 'picture':
      return inspectPicture(await readFile(request.input.location), ASSET_LIMITS);
    case 'environment': {
      const bytes = await readFile(request.input.location);
      return request.input.format === 'hdr'
        ? inspectHdr(bytes, ASSET_LIMITS)
        : inspectExr(bytes, ASSET_LIMITS);
    }
  }
}
