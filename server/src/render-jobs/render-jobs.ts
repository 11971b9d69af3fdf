import {
  allows,
  DioramaError,
  renderOutputKey,
  renderSnapshotKey,
  SceneDoc,
  type CameraConfig,
  type CreateRenderJob,
  type RenderJob,
  type RenderJobId,
  type RenderTask,
  type SceneId,
} from '@diorama/shared';
import { createHash } from 'node:crypto';
import * as Y from 'yjs';
import type { Principal } from '../access/principal.js';
import type { SceneAccess } from '../access/scene-access.js';
import type { AssetCatalog } from '../assets/asset-catalog.js';
import type { ObjectStore } from '../assets/object-store.js';
import { pageRequest, toPage } from '../http/cursor.js';
import type { SceneRooms } from '../rooms/scene-rooms.js';
import { toRenderJob, type RenderJobRecord } from './render-job-record.js';
import { renderJobPosition, type RenderJobStore } from './render-job-store.js';
import type { RenderQueue } from './render-queue.js';
import { assetsOfScene } from './scene-assets.js';

export interface RenderJobsOptions {
  readonly store: RenderJobStore;
  readonly queue: RenderQueue;
  readonly access: SceneAccess;
  readonly rooms: SceneRooms;
  readonly catalog: Pick<AssetCatalog, 'find'>;
  readonly objects: ObjectStore;
  readonly newJobId: () => RenderJobId;
}

interface ListQuery {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
  readonly scene_id?: SceneId | undefined;
}

interface PinnedScene {
  readonly state: Uint8Array;
  readonly assetIds: ReadonlySet<string>;
}

/** Render jobs as REST sees them. Whoever may read a scene may have pictures of it. */
export class RenderJobs {
  readonly #options: RenderJobsOptions;

  constructor(options: RenderJobsOptions) {
    this.#options = options;
  }

  /**
   * Pins the scene as it is now and queues a picture of it.
   *
   * Throws `scene_not_found`, `camera_not_found`, `rendering_unavailable`, `scene_load_failed`.
   */
  async create(principal: Principal, request: CreateRenderJob): Promise<RenderJob> {
    const { access, rooms, store, queue, newJobId } = this.#options;
    const { tenant, subject } = principal;
    const { scene_id: sceneId, ...spec } = request;
    await access.require(principal, sceneId);
    await assertAvailable(queue);
    const { value: scene } = await rooms.read(sceneId, (doc) => pin(doc, spec.camera_config));
    const jobId = newJobId();
    const task: RenderTask = {
      ...spec,
      job_id: jobId,
      snapshot_key: await this.#store(tenant, scene.state),
      assets: await this.#locate(tenant, scene.assetIds),
      output_key: renderOutputKey(tenant, jobId, spec.output_format),
    };
    const record = await store.add({ jobId, tenant, sceneId, spec, task, createdBy: subject });
    queue.enqueue(jobId);
    return toRenderJob(record);
  }

  async list(
    principal: Principal,
    query: ListQuery,
  ): Promise<{ items: RenderJob[]; next_cursor: string | null }> {
    const page = pageRequest(query);
    const rows = await this.#options.store.list(principal, page, query.scene_id);
    return toPage(rows, page.limit, renderJobPosition, ({ record }) => toRenderJob(record));
  }

  /** Throws `render_job_not_found`, also for the job of a scene that is not for this principal. */
  async get(principal: Principal, jobId: string): Promise<RenderJobRecord> {
    const record = await this.#options.store.find(principal, jobId);
    if (record === undefined)
      throw new DioramaError('render_job_not_found', `There is no render job ${jobId}`);
    return record;
  }

  /** Throws `render_job_finished` when the job has ended, `forbidden` for another's job without the role editor. */
  async cancel(principal: Principal, jobId: string): Promise<RenderJob> {
    const { store, queue } = this.#options;
    const found = await this.get(principal, jobId);
    if (found.createdBy !== principal.subject && !(await this.#isEditor(principal, found.sceneId)))
      throw new DioramaError('forbidden', "To cancel another's render job needs the role editor");
    const cancelled = await store.cancel(principal.tenant, jobId);
    if (cancelled === undefined) {
      const { status } = await this.get(principal, jobId);
      throw new DioramaError('render_job_finished', `The job has ended: it is ${status}`);
    }
    queue.cancel(jobId);
    return toRenderJob(cancelled);
  }

  async #isEditor(principal: Principal, sceneId: string): Promise<boolean> {
    const grant = await this.#options.access.find(principal, sceneId);
    return grant !== undefined && allows(grant.role, 'editor');
  }

  /** Under the hash of its content: many pictures of one state share one object. */
  async #store(tenant: string, state: Uint8Array): Promise<string> {
    const { objects } = this.#options;
    const key = renderSnapshotKey(tenant, createHash('sha256').update(state).digest('hex'));
    if ((await objects.head(key)) === undefined) await objects.put(key, state);
    return key;
  }

  /** Ids of assets that are gone, or never were the tenant's, are left out: the picture then says what is missing. */
  async #locate(tenant: string, assetIds: ReadonlySet<string>): Promise<RenderTask['assets']> {
    const found = await this.#options.catalog.find(tenant, [...assetIds]);
    return Object.fromEntries(
      found.map(({ assetId, key, contentType }) => [assetId, { key, content_type: contentType }]),
    );
  }
}

async function assertAvailable(queue: RenderQueue): Promise<void> {
  const { status, detail } = await queue.available();
  if (status === 'disabled' || status === 'unavailable')
    throw new DioramaError('rendering_unavailable', detail);
}

/** The document's state and what else has to be read of it, in one look, so that no edit comes between. */
function pin(doc: Y.Doc, camera: CameraConfig): PinnedScene {
  if (camera.mode === 'node') assertCamera(doc, camera.node);
  return { state: Y.encodeStateAsUpdateV2(doc), assetIds: assetsOfScene(doc) };
}

function assertCamera(doc: Y.Doc, id: string): void {
  const kind = new SceneDoc(doc).node(id)?.kind;
  if (kind === 'camera') return;
  const message = kind === undefined ? `There is no node ${id}` : `Node ${id} is a ${kind}, not a camera`;
  throw new DioramaError('camera_not_found', message, {
    issues: [{ pointer: '/camera_config/node', message }],
  });
}
