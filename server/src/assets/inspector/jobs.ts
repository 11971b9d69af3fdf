import type { ErrorCode, ImageMetadata, Issue } from '@diorama/shared';
import type { ModelInspection } from '../gltf/inspect.js';
import type { GltfSource } from '../gltf/load.js';
import type { UriSurvey } from '../gltf/uris.js';
import type { StagedFile } from '../staged-file.js';

/** What inspectors do with files of strangers. All of it is plain data: it travels over IPC. */
export interface InspectorJobs {
  unpack: { input: { archive: string; folder: string }; output: StagedFile[] };
  survey: { input: Pick<GltfSource, 'format' | 'location'>; output: UriSurvey };
  model: { input: GltfSource & { packTo: string }; output: ModelInspection };
  picture: { input: { location: string }; output: ImageMetadata };
  environment: { input: { location: string; format: 'hdr' | 'exr' }; output: ImageMetadata };
}

export type JobKind = keyof InspectorJobs;
export type JobInput<K extends JobKind> = InspectorJobs[K]['input'];
export type JobOutput<K extends JobKind> = InspectorJobs[K]['output'];

/** Server → inspector. */
export type InspectorRequest = {
  [K in JobKind]: { readonly id: number; readonly kind: K; readonly input: JobInput<K> };
}[JobKind];

/** Inspector → server. `internal` is for the log. */
export type InspectorReply =
  | { readonly id: number; readonly ok: true; readonly output: unknown }
  | {
      readonly id: number;
      readonly ok: false;
      readonly code: ErrorCode;
      readonly detail: string;
      readonly issues: readonly Issue[];
      readonly internal?: string;
    };

/** Looks into files of strangers, somewhere where it can do no harm. */
export interface Inspector {
  /** Throws a `DioramaError` of the `asset_…` family. */
  run<K extends JobKind>(kind: K, input: JobInput<K>): Promise<JobOutput<K>>;
}
