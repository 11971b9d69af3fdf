import { newVersionId, type Version, type VersionKind, type VersionWithDocument } from '@diorama/shared';
import type { Principal } from '../access/principal.js';
import type { SceneAccess } from '../access/scene-access.js';
import type { Attempt } from '../http/attempt.js';
import { pageRequest, toPage } from '../http/cursor.js';
import type { VersionMaker } from './version-maker.js';
import { toVersion } from './version-record.js';
import { versionPosition, type VersionStore } from './version-store.js';
import type { VersionThread } from './version-thread.js';

export interface SceneVersionsOptions {
  readonly access: SceneAccess;
  readonly store: VersionStore;
  readonly maker: VersionMaker;
  readonly thread: VersionThread;
}

interface ListQuery {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
  readonly kind?: VersionKind | undefined;
}

/** Versions of scenes, for callers. */
export class SceneVersions {
  readonly #options: SceneVersionsOptions;

  constructor(options: SceneVersionsOptions) {
    this.#options = options;
  }

  async create(
    principal: Principal,
    sceneId: string,
    { name, note = '' }: { readonly name: string; readonly note?: string | undefined },
    attempt: Attempt,
  ): Promise<Version> {
    const { access, store, maker } = this.#options;
    await access.require(principal, sceneId, 'editor');
    const versionId = newVersionId(attempt.effectKey);
    const earlier = attempt.isRepeated ? await store.find(sceneId, versionId) : undefined;
    const by = { subject: principal.subject, name: principal.name };
    return toVersion(earlier ?? (await maker.make(sceneId, { versionId, kind: 'named', name, note, by })));
  }

  async list(principal: Principal, sceneId: string, query: ListQuery) {
    await this.#options.access.require(principal, sceneId);
    const page = pageRequest(query);
    const rows = await this.#options.store.list(sceneId, query.kind, page);
    return toPage(rows, page.limit, versionPosition, toVersion);
  }

  async get(principal: Principal, sceneId: string, versionId: string): Promise<VersionWithDocument> {
    const { access, store, thread } = this.#options;
    await access.require(principal, sceneId);
    const record = await store.get(sceneId, versionId);
    const version = await store.data(sceneId, versionId);
    return { ...toVersion(record), document: await thread.run('read', { state: { version } }) };
  }

  async update(
    principal: Principal,
    sceneId: string,
    versionId: string,
    change: { readonly name?: string | undefined; readonly note?: string | undefined },
  ): Promise<Version> {
    await this.#options.access.require(principal, sceneId, 'editor');
    return toVersion(await this.#options.store.update(sceneId, versionId, change));
  }

  async delete(principal: Principal, sceneId: string, versionId: string): Promise<void> {
    await this.#options.access.require(principal, sceneId, 'editor');
    await this.#options.maker.delete(sceneId, versionId);
  }
}
