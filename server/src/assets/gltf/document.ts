import { DioramaError } from '@diorama/shared';
import { type Document, GLB_BUFFER, Logger, NodeIO, type JSONDocument } from '@gltf-transform/core';
import { ALL_EXTENSIONS } from '@gltf-transform/extensions';
import draco3d from 'draco3dgltf';
import { MeshoptDecoder } from 'meshoptimizer/decoder';
import type { LoadedGltf } from './load.js';

const KNOWN = new Set(ALL_EXTENSIONS.map((extension) => extension.EXTENSION_NAME));

/** Throws `asset_format_unsupported` for an extension without which the file cannot be read. */
function checkRequired(required: unknown): void {
  const missing = (Array.isArray(required) ? required : []).findIndex((name) => !KNOWN.has(String(name)));
  if (missing < 0) return;
  const message = `It requires the extension ${String((required as unknown[])[missing]).slice(0, 200)}`;
  throw new DioramaError('asset_format_unsupported', message, {
    issues: [{ pointer: `/extensionsRequired/${missing}`, message, severity: 'error' }],
  });
}

/**
 * Decodes a validated glTF with glTF-Transform, from memory alone: `NodeIO.read` would follow paths out of the upload.
 *
 * Throws `asset_invalid` for what the validator does not look into, such as broken Draco and meshopt data.
 */
export async function readDocument(gltf: LoadedGltf): Promise<Document> {
  checkRequired(gltf.container.json['extensionsRequired']);
  const io = new NodeIO()
    .setLogger(new Logger(Logger.Verbosity.SILENT))
    .registerExtensions(ALL_EXTENSIONS)
    .registerDependencies({
      'draco3d.decoder': await draco3d.createDecoderModule(),
      'meshopt.decoder': MeshoptDecoder,
    });
  await MeshoptDecoder.ready;
  try {
    const resources: JSONDocument['resources'] = {};
    for (const [uri, bytes] of gltf.resources) resources[uri] = bytes as Uint8Array<ArrayBuffer>;
    if (gltf.container.bin !== undefined)
      resources[GLB_BUFFER] = gltf.container.bin as Uint8Array<ArrayBuffer>;
    const json = structuredClone(gltf.container.json) as unknown as JSONDocument['json'];
    return await io.readJSON({ json, resources });
  } catch (error) {
    throw new DioramaError('asset_invalid', `It cannot be decoded: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
