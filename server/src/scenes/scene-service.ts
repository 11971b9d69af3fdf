import {
  applyDocument,
  documentToJson,
  DioramaError,
  SCHEMA_VERSION,
  SceneDoc,
  type Role,
  type Scene,
  type SceneDocument,
  type SceneSummary,
} from '@diorama/shared';
import type * as Y from 'yjs';
import { requireRole, type Principal } from '../access/principal.js';
import { effectiveRole, requireSceneRole, type SceneAccess } from '../access/scene-access.js';
import { pageRequest, toPage } from '../http/cursor.js';
import type { SceneRooms } from '../rooms/scene-rooms.js';
import type { SceneRecord } from './scene-directory.js';
import { scenePosition, type SceneStore } from './scene-store.js';

export interface SceneServiceOptions {
  readonly store: SceneStore;
  readonly access: SceneAccess;
  readonly rooms: SceneRooms;
}

export interface SceneChange {
  readonly name?: string | undefined;
  readonly document?: SceneDocument | undefined;
}

/** A scene and what the caller may do on it. */
interface Grant {
  readonly scene: SceneRecord;
  readonly role: Role;
}

interface PageQuery {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

/** Scenes as REST sees them. Documents are read and changed through the live rooms, never beside them. */
export class SceneService {
  readonly #store: SceneStore;
  readonly #access: SceneAccess;
  readonly #rooms: SceneRooms;

  constructor(options: SceneServiceOptions) {
    this.#store = options.store;
    this.#access = options.access;
    this.#rooms = options.rooms;
  }

  async create(principal: Principal, change: SceneChange): Promise<Scene> {
    requireRole(principal, 'editor');
    const name = change.name ?? change.document?.scene.name ?? '';
    const record = await this.#store.create(principal.tenant, principal.subject, name);
    return this.#apply(principal, { scene: record, role: principal.role }, { ...change, name });
  }

  async list(
    principal: Principal,
    query: PageQuery,
  ): Promise<{ items: SceneSummary[]; next_cursor: string | null }> {
    const page = pageRequest(query);
    const rows = await this.#store.list(principal, page);
    return toPage(rows, page.limit, scenePosition, (row) =>
      // What is listed is visible: the same rule says so in SQL.
      summarize({ scene: row, role: effectiveRole(principal, row) ?? 'viewer' }),
    );
  }

  async get(principal: Principal, sceneId: string): Promise<Scene> {
    const grant = await this.#access.require(principal, sceneId);
    const { value, seq } = await this.#rooms.read(sceneId, documentToJson);
    return toScene(grant, value, seq);
  }

  /** The least edit that makes the scene what `change` says. `ifSeq` throws `precondition_failed` at any other position. */
  async replace(principal: Principal, sceneId: string, change: SceneChange, ifSeq?: number): Promise<Scene> {
    const grant = await this.#access.require(principal, sceneId, 'editor');
    return this.#apply(principal, grant, change, ifSeq);
  }

  /** For editors while the scene is open to its tenant, for owners alone once it has members, never for guests. */
  async delete(principal: Principal, sceneId: string, ifSeq?: number): Promise<void> {
    const { role, hasMembers } = await this.#access.require(principal, sceneId);
    requireSceneRole(role, hasMembers || principal.guest !== undefined ? 'owner' : 'editor');
    if (!(await this.#store.delete(principal.tenant, sceneId, ifSeq))) {
      // It was there a moment ago: either it moved on, or somebody else deleted it.
      await this.#access.require(principal, sceneId);
      throw new DioramaError('precondition_failed');
    }
    await this.#rooms.evict(sceneId, 'scene_not_found');
  }

  async #apply(
    principal: Principal,
    { scene, role }: Grant,
    change: SceneChange,
    ifSeq?: number,
  ): Promise<Scene> {
    const edited = await this.#rooms.edit(
      scene.sceneId,
      principal,
      (doc) => {
        applyChange(doc, change);
        return documentToJson(doc);
      },
      ifSeq === undefined ? {} : { ifSeq },
    );
    // Whoever takes the position as what they have seen must have seen what others wrote before it.
    const { value, seq } =
      edited.exact === false ? await this.#rooms.read(scene.sceneId, documentToJson) : edited;
    return toScene({ scene: { ...scene, updatedAt: new Date() }, role }, value, seq);
  }
}

function applyChange(doc: Y.Doc, change: SceneChange): void {
  const scene = new SceneDoc(doc);
  if (change.document !== undefined) {
    const settings = change.document.scene;
    requireKnownSchema(settings.schemaVersion);
    // A document that does not say how the scene is called is no wish to take its name away.
    const name = change.name ?? (settings.name === '' ? scene.settings().name : settings.name);
    applyDocument(doc, { ...change.document, scene: { ...settings, name } });
  } else if (change.name !== undefined) {
    scene.setSettings({ name: change.name });
  }
}

/** Throws `schema_too_new` for a version that would make the scene read-only for everyone here. */
function requireKnownSchema(version: number): void {
  if (version > SCHEMA_VERSION)
    throw new DioramaError(
      'schema_too_new',
      `The document has schema version ${version}; this server writes ${SCHEMA_VERSION}`,
    );
}

function summarize({ scene, role }: Grant): SceneSummary {
  return {
    scene_id: scene.sceneId as SceneSummary['scene_id'],
    name: scene.name,
    node_count: scene.nodeCount,
    role,
    created_at: scene.createdAt.toISOString(),
    updated_at: scene.updatedAt.toISOString(),
    created_by: scene.createdBy,
    sync_url: `/v1/sync/${scene.sceneId}`,
  };
}

/** The live document is the truth for what the table only mirrors. */
const toScene = (grant: Grant, document: SceneDocument, seq: number): Scene => ({
  ...summarize(grant),
  name: document.scene.name,
  node_count: Object.keys(document.nodes).length,
  document,
  seq,
});
