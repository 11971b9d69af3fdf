import type { ModelMetadata, ValidationReport } from '@diorama/shared';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { AssetLimits } from '../limits.js';
import type { HashedFile } from '../upload/hash-file.js';
import { checkClaims } from './claims.js';
import { parseContainer } from './container.js';
import { describeModel } from './describe.js';
import { readDocument } from './document.js';
import { checkDraco } from './draco.js';
import { inspectImages } from './images.js';
import { loadGltf, type GltfSource, type LoadedGltf } from './load.js';
import { measure } from './measure.js';
import { packGlb } from './pack.js';
import { surveyUris, type UriSurvey } from './uris.js';
import { validateGltf } from './validate.js';

export interface ModelInspection {
  readonly metadata: ModelMetadata;
  readonly validation: ValidationReport;
  /** The self-contained GLB that was written; null when the uploaded file is one already. */
  readonly packed: HashedFile | null;
}

/** Lists what a model refers to, after bounding what it claims. */
export async function surveyModel(
  source: Pick<GltfSource, 'format' | 'location'>,
  limits: AssetLimits,
): Promise<UriSurvey> {
  return surveyUris(parseContainer(source.format, await readFile(source.location), limits).json);
}

async function writePacked(gltf: LoadedGltf, location: string): Promise<HashedFile> {
  const glb = packGlb({
    container: gltf.container,
    buffers: gltf.buffers,
    images: gltf.images.map((image) => (image?.inBuffer === false ? image : undefined)),
  });
  await writeFile(location, glb, { flag: 'wx' });
  return { size: glb.length, sha256: createHash('sha256').update(glb).digest('hex') };
}

/**
 * Bounds, validates, decodes and measures a model, in this order: each step may rely on the one before.
 *
 * A `.gltf`, and a GLB that refers to files, is written as one GLB to `packTo`.
 */
export async function inspectModel(
  source: GltfSource,
  packTo: string,
  limits: AssetLimits,
): Promise<ModelInspection> {
  const gltf = await loadGltf(source, limits);
  checkClaims(gltf.container.json, limits);
  checkDraco(gltf.container.json, gltf.buffers, limits);
  const validation = await validateGltf({ ...gltf, limits });
  const imageSizes = await inspectImages(gltf, limits);
  const document = await readDocument(gltf);
  const metadata = describeModel(gltf, document, measure(document, limits), imageSizes);
  const selfContained = source.format === 'glb' && Object.keys(source.resources).length === 0;
  return { metadata, validation, packed: selfContained ? null : await writePacked(gltf, packTo) };
}
