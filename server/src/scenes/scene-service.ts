import {
  applyDocument,
  documentToJson,
  DioramaError,
  SCHEMA_VERSION,
  SceneDoc,
  type Scene,
  type SceneDocument,
  type SceneSummary,
} from '@diorama/shared';
import type * as Y from 'yjs';
import { requireRole, type Principal } from '../access/principal.js';
import { pageRequest, toPage } from '../http/cursor.js';
import type { SceneRooms } from '../rooms/scene-rooms.js';
import type { SceneRecord } from './scene-directory.js';
import { scenePosition, type SceneStore } from './scene-store.js';

export interface SceneServiceOptions {
  readonly store: SceneStore;
  readonly rooms: SceneRooms;
}

export interface SceneChange {
  readonly name?: string | undefined;
  readonly document?: SceneDocument | undefined;
}

interface PageQuery {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

/** Scenes as REST sees them. Documents are read and changed through the live rooms, never beside them. */
export class SceneService {
  readonly #store: SceneStore;
  readonly #rooms: SceneRooms;

  constructor(options: SceneServiceOptions) {
    this.#store = options.store;
    this.#rooms = options.rooms;
  }

  async create(principal: Principal, change: SceneChange): Promise<Scene> {
    requireRole(principal, 'editor');
    const name = change.name ?? change.document?.scene.name ?? '';
    const record = await this.#store.create(principal.tenant, principal.subject, name);
    return this.#apply(principal, record, { ...change, name });
  }

  async list(
    principal: Principal,
    query: PageQuery,
  ): Promise<{ items: SceneSummary[]; next_cursor: string | null }> {
    const page = pageRequest(query);
    const rows = await this.#store.list(principal.tenant, page);
    return toPage(rows, page.limit, scenePosition, (row) => summarize(principal, row));
  }

  async get(principal: Principal, sceneId: string): Promise<Scene> {
    const record = await this.#find(principal, sceneId);
    const { value, seq } = await this.#rooms.read(sceneId, documentToJson);
    return toScene(principal, record, value, seq);
  }

  /** The least edit that makes the scene what `change` says. `ifSeq` throws `precondition_failed` at any other position. */
  async replace(principal: Principal, sceneId: string, change: SceneChange, ifSeq?: number): Promise<Scene> {
    requireRole(principal, 'editor');
    return this.#apply(principal, await this.#find(principal, sceneId), change, ifSeq);
  }

  async delete(principal: Principal, sceneId: string, ifSeq?: number): Promise<void> {
    requireRole(principal, 'editor');
    await this.#find(principal, sceneId);
    if (!(await this.#store.delete(principal.tenant, sceneId, ifSeq))) {
      // It was there a moment ago: either it moved on, or somebody else deleted it.
      await this.#find(principal, sceneId);
      throw new DioramaError('precondition_failed');
    }
    await this.#rooms.evict(sceneId, 'scene_not_found');
  }

  async #find(principal: Principal, sceneId: string): Promise<SceneRecord> {
    const record = await this.#store.find(principal.tenant, sceneId);
    if (record === undefined) throw new DioramaError('scene_not_found', `There is no scene ${sceneId}`);
    return record;
  }

  async #apply(
    principal: Principal,
    record: SceneRecord,
    change: SceneChange,
    ifSeq?: number,
  ): Promise<Scene> {
    const { value, seq } = await this.#rooms.edit(
      record.sceneId,
      principal,
      (doc) => {
        applyChange(doc, change);
        return documentToJson(doc);
      },
      ifSeq === undefined ? {} : { ifSeq },
    );
    return toScene(principal, { ...record, updatedAt: new Date() }, value, seq);
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

function summarize(principal: Principal, record: SceneRecord): SceneSummary {
  return {
    scene_id: record.sceneId as SceneSummary['scene_id'],
    name: record.name,
    node_count: record.nodeCount,
    role: principal.role,
    created_at: record.createdAt.toISOString(),
    updated_at: record.updatedAt.toISOString(),
    created_by: record.createdBy,
    sync_url: `/v1/sync/${record.sceneId}`,
  };
}

/** The live document is the truth for what the table only mirrors. */
const toScene = (principal: Principal, record: SceneRecord, document: SceneDocument, seq: number): Scene => ({
  ...summarize(principal, record),
  name: document.scene.name,
  node_count: Object.keys(document.nodes).length,
  document,
  seq,
});
