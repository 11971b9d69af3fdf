import {
  api,
  type EndpointBodyInput,
  type Version,
  type VersionKind,
  type VersionWithDocument,
} from '@diorama/shared';
import { itemsOf, type Page, type PageQuery } from './pages.js';
import type { CallOptions } from './request.js';
import type { RestClient } from './rest-client.js';

/** The `name` of a version and, if wanted, a `note`. */
export type CreateVersionInput = EndpointBodyInput<typeof api.versions.create>;
/** The new `name`, the new `note`, or both. */
export type UpdateVersionInput = EndpointBodyInput<typeof api.versions.update>;

/** Which versions, and which page of them. */
export interface VersionListQuery extends PageQuery {
  /** Only versions of this kind. By default of all. */
  readonly kind?: VersionKind | undefined;
}

/** Versions of scenes: states that are kept, under a name or automatically. */
export class VersionsApi {
  readonly #rest: RestClient;

  constructor(rest: RestClient) {
    this.#rest = rest;
  }

  /** Keeps the scene as it is committed now; `await session.flushed()` first to have one's own edits in it. */
  async create(sceneId: string, body: CreateVersionInput, options: CallOptions = {}): Promise<Version> {
    return this.#rest.call(api.versions.create, { ...options, params: { scene_id: sceneId }, body });
  }

  /** One page of versions, the newest first. Throws `scene_not_found`, `invalid_cursor`. */
  async list(sceneId: string, { signal, ...query }: VersionListQuery = {}): Promise<Page<Version>> {
    return this.#rest.call(api.versions.list, { params: { scene_id: sceneId }, query, signal });
  }

  /** Every version, the newest first. */
  all(sceneId: string, query: VersionListQuery = {}): AsyncGenerator<Version, void, undefined> {
    return itemsOf((page) => this.list(sceneId, { ...query, ...page }), query);
  }

  /** A version with its document. Throws `version_not_found`. */
  async get(sceneId: string, versionId: string, options: CallOptions = {}): Promise<VersionWithDocument> {
    return this.#rest.call(api.versions.get, { ...options, params: paramsOf(sceneId, versionId) });
  }

  /** Names a version; an automatic one is kept from then on. */
  async update(
    sceneId: string,
    versionId: string,
    body: UpdateVersionInput,
    options: CallOptions = {},
  ): Promise<Version> {
    return this.#rest.call(api.versions.update, { ...options, params: paramsOf(sceneId, versionId), body });
  }

  /** Deletes a version; the scene stays as it is. Throws `forbidden`, `version_not_found`. */
  async delete(sceneId: string, versionId: string, options: CallOptions = {}): Promise<void> {
    await this.#rest.call(api.versions.delete, { ...options, params: paramsOf(sceneId, versionId) });
  }
}

export const paramsOf = (sceneId: string, versionId: string) => ({
  scene_id: sceneId,
  version_id: versionId,
});
