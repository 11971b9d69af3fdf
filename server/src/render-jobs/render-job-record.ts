import type {
  CreateRenderJob,
  OutputFormat,
  Problem,
  RenderJob,
  RenderJobId,
  RenderStatus,
  SceneId,
} from '@diorama/shared';

/** What was asked for, as the caller reads it back. */
export type RenderSpec = Omit<CreateRenderJob, 'scene_id'>;

/** The finished picture in the object store. */
export interface RenderOutput {
  readonly key: string;
  readonly sha256: string;
  readonly size: number;
}

/** A row of the `render_jobs` table, without the task, which only workers are given. */
export interface RenderJobRecord {
  readonly jobId: RenderJobId;
  readonly tenant: string;
  readonly sceneId: SceneId;
  readonly spec: RenderSpec;
  readonly status: RenderStatus;
  readonly progress: number;
  readonly stage: string | null;
  readonly attempts: number;
  readonly worker: string | null;
  readonly output: RenderOutput | null;
  readonly error: Problem | null;
  readonly warnings: readonly string[];
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly completedAt: Date | null;
}

export const OUTPUT_MEDIA_TYPES: Readonly<Record<OutputFormat, string>> = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
};

export const renderJobPath = (jobId: string): string => `/v1/renderjobs/${jobId}`;

/** As the API shows it. */
export const toRenderJob = (record: RenderJobRecord): RenderJob => ({
  job_id: record.jobId,
  scene_id: record.sceneId,
  camera_config: record.spec.camera_config,
  output_format: record.spec.output_format,
  resolution: record.spec.resolution,
  transparent_background: record.spec.transparent_background,
  status: record.status,
  progress: record.progress,
  stage: record.stage,
  created_at: record.createdAt.toISOString(),
  started_at: record.startedAt?.toISOString() ?? null,
  completed_at: record.completedAt?.toISOString() ?? null,
  created_by: record.createdBy,
  attempts: record.attempts,
  worker: record.worker,
  output_path: record.output?.key ?? null,
  output_url: record.output === null ? null : `${renderJobPath(record.jobId)}/output`,
  error: record.error,
  warnings: [...record.warnings],
});
