import { z } from 'zod';
import { issueSchema, problemSchema } from '../errors/problem.js';
import { assetIdSchema } from '../ids.js';
import { vec3Schema } from '../scene/primitives.js';
import { pageOf, pageQuerySchema, timestampSchema } from './common.js';
import { defineEndpoint } from './endpoint.js';

const TAG = 'Assets';
const count = z.int().min(0);
const params = z.object({ asset_id: assetIdSchema });

export const ASSET_TYPES = ['model', 'image', 'environment'] as const;
export const FILE_FORMATS = ['glb', 'gltf', 'png', 'jpeg', 'webp', 'hdr', 'exr'] as const;

export const modelMetadataSchema = z
  .object({
    kind: z.literal('model'),
    generator: z.string().nullable(),
    vertices: count,
    triangles: count,
    bounding_box: z
      .object({ min: vec3Schema, max: vec3Schema })
      .nullable()
      .meta({ description: 'Of the default scene, in metres; null when it has no geometry' }),
    nodes: count,
    meshes: count,
    primitives: count,
    materials: z.array(
      z.object({
        name: z.string(),
        alpha_mode: z.enum(['OPAQUE', 'MASK', 'BLEND']),
        double_sided: z.boolean(),
        textures: z.array(z.string()).meta({ description: 'The slots that have a texture' }),
      }),
    ),
    textures: z.array(
      z.object({
        name: z.string(),
        mime_type: z.string(),
        width: count,
        height: count,
        bytes: count,
        gpu_bytes: count.meta({ description: 'Uncompressed RGBA with mipmaps' }),
      }),
    ),
    animations: z.array(
      z.object({ name: z.string(), duration: z.number().meta({ description: 'Seconds' }), channels: count }),
    ),
    skins: count,
    extensions_used: z.array(z.string()),
    extensions_required: z.array(z.string()),
  })
  .meta({ id: 'ModelMetadata' });

export const imageMetadataSchema = z
  .object({
    kind: z.literal('image'),
    width: count,
    height: count,
    channels: count,
    has_alpha: z.boolean(),
    color_space: z.string(),
    gpu_bytes: count,
  })
  .meta({ id: 'ImageMetadata' });

export const assetMetadataSchema = z.discriminatedUnion('kind', [modelMetadataSchema, imageMetadataSchema]);

export const validationReportSchema = z
  .object({
    validator: z.string().meta({ example: 'gltf-validator 2.0.0-dev.3.10' }),
    errors: count,
    warnings: count,
    infos: count,
    hints: count,
    truncated: z.boolean(),
    issues: z.array(issueSchema),
  })
  .meta({ id: 'ValidationReport' });

export const assetSchema = z
  .object({
    asset_id: assetIdSchema,
    name: z.string(),
    asset_type: z.enum(ASSET_TYPES),
    file_format: z.enum(FILE_FORMATS).meta({ description: 'Of the file that was uploaded' }),
    content_type: z
      .string()
      .meta({ description: 'Of what `content_url` serves; glTF with files is served as one GLB' }),
    size_bytes: count.meta({ description: 'Of what `content_url` serves' }),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    storage_path: z.string().meta({ description: 'The key in the object store, made of the content hash' }),
    content_url: z.string(),
    upload_timestamp: timestampSchema,
    uploaded_by: z.string(),
    files: z
      .array(z.object({ path: z.string(), size_bytes: count, sha256: z.string(), url: z.string() }))
      .meta({ description: 'The uploaded files as they came' }),
    metadata: assetMetadataSchema,
    validation: validationReportSchema.nullable().meta({ description: 'null for images' }),
  })
  .meta({ id: 'Asset' });

export const uploadResultSchema = z
  .object({
    assets: z.array(assetSchema),
    problems: z
      .array(
        problemSchema.extend({
          file: z.string().meta({ description: 'The uploaded file that was refused' }),
        }),
      )
      .meta({ description: 'What was refused; the rest was taken in' }),
  })
  .meta({ id: 'UploadResult' });

export const assetPageSchema = pageOf(assetSchema, 'AssetPage');

export type AssetType = (typeof ASSET_TYPES)[number];
export type FileFormat = (typeof FILE_FORMATS)[number];
export type Asset = z.infer<typeof assetSchema>;
export type AssetMetadata = z.infer<typeof assetMetadataSchema>;
export type ModelMetadata = z.infer<typeof modelMetadataSchema>;
export type ImageMetadata = z.infer<typeof imageMetadataSchema>;
export type ValidationReport = z.infer<typeof validationReportSchema>;
export type UploadResult = z.infer<typeof uploadResultSchema>;

const contentResponses = {
  200: {
    description: 'The bytes',
    mediaType: 'application/octet-stream',
    headers: { ETag: 'The content hash' },
  },
  206: { description: 'The range that was asked for', mediaType: 'application/octet-stream' },
} as const;
const contentHeaders = {
  range: 'One byte range',
  'if-none-match': 'Answer 304 if the ETag is still this one',
};

export const assetEndpoints = {
  upload: defineEndpoint({
    id: 'uploadAssets',
    method: 'post',
    path: '/v1/assets/upload',
    tag: TAG,
    summary: 'Upload one or many files',
    description:
      'Takes GLB, glTF with its files (as parts of the same request, named by their relative path, or as a zip) and ' +
      'images. Each file is validated before it is stored. 201 when all were taken in, 207 when some were; when none ' +
      'was, the answer is the problem.',
    body: { type: 'multipart', description: 'Any number of file parts', files: 'file' },
    responses: {
      201: { description: 'All files were taken in', schema: uploadResultSchema },
      207: { description: 'Some files were refused', schema: uploadResultSchema },
    },
    errors: [
      'forbidden',
      'malformed_multipart',
      'payload_too_large',
      'unsupported_media_type',
      'asset_format_unsupported',
      'asset_invalid',
      'asset_too_large',
      'asset_uri_forbidden',
      'asset_file_missing',
      'asset_archive_invalid',
      'asset_processing_failed',
    ],
  }),
  list: defineEndpoint({
    id: 'listAssets',
    method: 'get',
    path: '/v1/assets',
    tag: TAG,
    summary: 'List assets, the most recently uploaded first',
    query: pageQuerySchema,
    responses: { 200: { description: 'A page of assets', schema: assetPageSchema } },
    errors: ['forbidden', 'invalid_cursor'],
  }),
  get: defineEndpoint({
    id: 'getAsset',
    method: 'get',
    path: '/v1/assets/{asset_id}',
    tag: TAG,
    summary: 'Read an asset',
    params,
    responses: { 200: { description: 'The asset', schema: assetSchema } },
    errors: ['asset_not_found'],
  }),
  content: defineEndpoint({
    id: 'getAssetContent',
    method: 'get',
    path: '/v1/assets/{asset_id}/content',
    tag: TAG,
    summary: 'Stream what a renderer loads: the GLB or the image',
    params,
    requestHeaders: contentHeaders,
    responses: contentResponses,
    errors: ['asset_not_found', 'range_not_satisfiable'],
  }),
  file: defineEndpoint({
    id: 'getAssetFile',
    method: 'get',
    path: '/v1/assets/{asset_id}/files/{path}',
    tag: TAG,
    summary: 'Stream one of the uploaded files as it came',
    params: params.extend({ path: z.string().min(1) }),
    requestHeaders: contentHeaders,
    responses: contentResponses,
    errors: ['asset_not_found', 'asset_file_not_found', 'range_not_satisfiable'],
  }),
} as const;
