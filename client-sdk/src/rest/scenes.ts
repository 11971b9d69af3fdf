import { api, type EndpointBodyInput, type Scene, type SceneSummary } from '@diorama/shared';
import { itemsOf, type Page, type PageQuery } from './pages.js';
import type { CallOptions } from './request.js';
import type { RestClient } from './rest-client.js';

export type CreateSceneInput = EndpointBodyInput<typeof api.scenes.create>;
export type ReplaceSceneInput = EndpointBodyInput<typeof api.scenes.replace>;

/** A scene with the ETag that `ifMatch` takes. */
export type SceneWithETag = Scene & { readonly etag: string | null };

export interface ConditionalOptions extends CallOptions {
  /** Only if the scene's ETag is still this one; otherwise `precondition_failed` is thrown. */
  readonly ifMatch?: string | null | undefined;
}

const conditional = ({ ifMatch, headers, signal }: ConditionalOptions) => ({
  headers: { ...headers, ...(ifMatch ? { 'if-match': ifMatch } : {}) },
  signal,
});

/** The REST resource `scenes`. */
export class ScenesApi {
  readonly #rest: RestClient;

  constructor(rest: RestClient) {
    this.#rest = rest;
  }

  async create(body: CreateSceneInput = {}, options: CallOptions = {}): Promise<SceneWithETag> {
    const { data, etag } = await this.#rest.callWithMeta(api.scenes.create, { ...options, body });
    return { ...data, etag };
  }

  async list({ signal, ...query }: PageQuery = {}): Promise<Page<SceneSummary>> {
    return this.#rest.call(api.scenes.list, { query, signal });
  }

  /** Every scene, the most recently created first: `for await (const scene of diorama.scenes.all())`. */
  all(query: PageQuery = {}): AsyncGenerator<SceneSummary, void, undefined> {
    return itemsOf((page) => this.list(page), query);
  }

  /** Throws `scene_not_found`. */
  async get(sceneId: string, options: CallOptions = {}): Promise<SceneWithETag> {
    const { data, etag } = await this.#rest.callWithMeta(api.scenes.get, {
      ...options,
      params: { scene_id: sceneId },
    });
    return { ...data, etag };
  }

  /** Replaces name and document by the least edit; live editors see only what differs. */
  async replace(
    sceneId: string,
    body: ReplaceSceneInput,
    options: ConditionalOptions = {},
  ): Promise<SceneWithETag> {
    const { data, etag } = await this.#rest.callWithMeta(api.scenes.replace, {
      ...conditional(options),
      params: { scene_id: sceneId },
      body,
    });
    return { ...data, etag };
  }

  /** Deletes a scene; who edits it is disconnected with `scene_not_found`. */
  async delete(sceneId: string, options: ConditionalOptions = {}): Promise<void> {
    await this.#rest.call(api.scenes.delete, { ...conditional(options), params: { scene_id: sceneId } });
  }
}
