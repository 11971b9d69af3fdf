import {
  api,
  type AppliedOperations,
  type Comparison,
  type Edit,
  type EditKind,
  type EditWithChanges,
  type EndpointBodyInput,
  type ItemChange,
  type Member,
  type MemberPage,
  type NewShareLink,
  type OperationInput,
  type Restored,
  type RootMap,
  type Scene,
  type SceneSummary,
  type ShareLink,
  type Undone,
} from '@diorama/shared';
import { itemsOf, type Page, type PageQuery } from './pages.js';
import type { CallOptions } from './request.js';
import type { RestClient } from './rest-client.js';
import { paramsOf, VersionsApi } from './versions.js';

/** `name` and `document` of a new scene; what is left out has its default. */
export type CreateSceneInput = EndpointBodyInput<typeof api.scenes.create>;
/** The new `name`, the new `document`, or both; what is left out stays. */
export type ReplaceSceneInput = EndpointBodyInput<typeof api.scenes.replace>;

/** The `role` of a member, and by which `name` to show them. */
export type SetMemberInput = EndpointBodyInput<typeof api.members.put>;
/** The `role` of a link, with `name` and `expires_in` (seconds) or `expires_at` (RFC 3339); by default it ends in a week. */
export type CreateShareLinkInput = EndpointBodyInput<typeof api.shareLinks.create>;

/** A scene with the ETag that `ifMatch` takes. */
export type SceneWithETag = Scene & { readonly etag: string | null };

/** A call that depends on the state of the scene. */
export interface ConditionalOptions extends CallOptions {
  /** Only if the scene's ETag is still this one; otherwise `precondition_failed` is thrown. */
  readonly ifMatch?: string | null | undefined;
}

/** How a batch of operations is carried out. */
export interface OperationsOptions extends ConditionalOptions {
  /** Says what would happen, and changes nothing. */
  readonly dryRun?: boolean | undefined;
  /** What the list of edits says of it. */
  readonly summary?: string | undefined;
}

/** Which edits, and which page of them. */
export interface EditListQuery extends PageQuery {
  /** Only edits of this kind. By default of all. */
  readonly kind?: EditKind | undefined;
}

/** Which changes, and which page of them. */
export interface ChangeListQuery extends PageQuery {
  /** Only of this part of the document, such as `nodes`. By default of all. */
  readonly root?: RootMap | undefined;
  /** Only changes after this time, RFC 3339. */
  readonly since?: string | undefined;
}

const conditional = ({ ifMatch, headers, signal }: ConditionalOptions) => ({
  headers: { ...headers, ...(ifMatch ? { 'if-match': ifMatch } : {}) },
  signal,
});

/** The REST resource `scenes`. */
export class ScenesApi {
  /** Versions of scenes, kept under a name or automatically. */
  readonly versions: VersionsApi;
  readonly #rest: RestClient;

  constructor(rest: RestClient) {
    this.#rest = rest;
    this.versions = new VersionsApi(rest);
  }

  /** Creates a scene, empty by default. Throws `forbidden`, `invalid_document`, `schema_too_new`. */
  async create(body: CreateSceneInput = {}, options: CallOptions = {}): Promise<SceneWithETag> {
    const { data, etag } = await this.#rest.callWithMeta(api.scenes.create, { ...options, body });
    return { ...data, etag };
  }

  /** One page of scenes, the most recently created first, without documents. Throws `invalid_cursor`. */
  async list({ signal, ...query }: PageQuery = {}): Promise<Page<SceneSummary>> {
    return this.#rest.call(api.scenes.list, { query, signal });
  }

  /** Every scene, the most recently created first: `for await (const scene of diorama.scenes.all())`. */
  all(query: PageQuery = {}): AsyncGenerator<SceneSummary, void, undefined> {
    return itemsOf((page) => this.list(page), query);
  }

  /** A scene with its document. Throws `scene_not_found`. */
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

  /**
   * Changes a scene by a batch of operations, all of them or none.
   *
   * Throws `invalid_operations` or `id_taken` with the pointers of everything that is wrong.
   */
  async operations(
    sceneId: string,
    operations: readonly OperationInput[],
    options: OperationsOptions = {},
  ): Promise<AppliedOperations> {
    const { dryRun, summary } = options;
    return this.#rest.call(api.edits.apply, {
      ...conditional(options),
      params: { scene_id: sceneId },
      body: {
        operations: [...operations],
        ...(dryRun !== undefined && { dry_run: dryRun }),
        ...(summary !== undefined && { summary }),
      },
    });
  }

  /** What the server did for callers, the newest first. */
  async edits(sceneId: string, { signal, ...query }: EditListQuery = {}): Promise<Page<Edit>> {
    return this.#rest.call(api.edits.list, { params: { scene_id: sceneId }, query, signal });
  }

  /** An edit with what it changed. Throws `edit_not_found`. */
  async edit(sceneId: string, editId: string, options: CallOptions = {}): Promise<EditWithChanges> {
    return this.#rest.call(api.edits.get, { ...options, params: { scene_id: sceneId, edit_id: editId } });
  }

  /** Takes an edit back where nobody has written over it since; undoing that edit repeats the first. */
  async undoEdit(sceneId: string, editId: string, options: CallOptions = {}): Promise<Undone> {
    return this.#rest.call(api.edits.undo, { ...options, params: { scene_id: sceneId, edit_id: editId } });
  }

  /** The last change of each item, removed ones too, the newest first. */
  async changes(sceneId: string, { signal, ...query }: ChangeListQuery = {}): Promise<Page<ItemChange>> {
    return this.#rest.call(api.changes.list, { params: { scene_id: sceneId }, query, signal });
  }

  /** Who has changed a node, the last first. */
  async nodeChanges(
    sceneId: string,
    nodeId: string,
    { signal, ...query }: PageQuery = {},
  ): Promise<Page<ItemChange>> {
    const params = { scene_id: sceneId, node_id: nodeId };
    return this.#rest.call(api.changes.ofNode, { params, query, signal });
  }

  /** What differs from a version to another, or to the scene as it is now, by whom and when. */
  async compare(
    sceneId: string,
    versionId: string,
    other = 'current',
    options: CallOptions = {},
  ): Promise<Comparison> {
    const params = { ...paramsOf(sceneId, versionId), other };
    return this.#rest.call(api.versions.compare, { ...options, params });
  }

  /** Makes the scene what it was in a version; live editors see it, and `undoEdit` takes it back. */
  async restore(sceneId: string, versionId: string, options: ConditionalOptions = {}): Promise<Restored> {
    const params = paramsOf(sceneId, versionId);
    return this.#rest.call(api.versions.restore, { ...conditional(options), params });
  }

  /** Who may do what on the scene, the most recently added first. `access` says whether others of the tenant get in. */
  async members(sceneId: string, { signal, ...query }: PageQuery = {}): Promise<MemberPage> {
    return this.#rest.call(api.members.list, { params: { scene_id: sceneId }, query, signal });
  }

  /** Every member of every page. */
  allMembers(sceneId: string, query: PageQuery = {}): AsyncGenerator<Member, void, undefined> {
    return itemsOf((page) => this.members(sceneId, page), query);
  }

  /** Adds a member or changes them; live connections follow within a second. Throws `forbidden`, `last_owner`. */
  async setMember(
    sceneId: string,
    subject: string,
    body: SetMemberInput,
    options: CallOptions = {},
  ): Promise<Member> {
    return this.#rest.call(api.members.put, { ...options, params: { scene_id: sceneId, subject }, body });
  }

  /** Removes a member, or leaves the scene. Throws `member_not_found`, `forbidden`, `last_owner`. */
  async removeMember(sceneId: string, subject: string, options: CallOptions = {}): Promise<void> {
    await this.#rest.call(api.members.remove, { ...options, params: { scene_id: sceneId, subject } });
  }

  /** The links that work, the newest first, without their tokens. */
  async shareLinks(sceneId: string, { signal, ...query }: PageQuery = {}): Promise<Page<ShareLink>> {
    return this.#rest.call(api.shareLinks.list, { params: { scene_id: sceneId }, query, signal });
  }

  /** Makes a link; its `token` is not shown again. Throws `forbidden`. */
  async createShareLink(
    sceneId: string,
    body: CreateShareLinkInput,
    options: CallOptions = {},
  ): Promise<NewShareLink> {
    return this.#rest.call(api.shareLinks.create, { ...options, params: { scene_id: sceneId }, body });
  }

  /** Takes a link back; who came by it is disconnected. Throws `share_link_not_found`. */
  async revokeShareLink(sceneId: string, linkId: string, options: CallOptions = {}): Promise<void> {
    await this.#rest.call(api.shareLinks.revoke, {
      ...options,
      params: { scene_id: sceneId, link_id: linkId },
    });
  }
}
