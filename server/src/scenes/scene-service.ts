import {
  applyDocument,
  documentToJson,
  DioramaError,
  newSceneId,
  SCHEMA_VERSION,
  SceneDoc,
  type Role,
  type Scene,
  type SceneDocument,
  type SceneSummary,
} from '@diorama/shared';
import * as Y from 'yjs';
import type { AccessChanges } from '../access/access-changes.js';
import { requireRole, type Principal } from '../access/principal.js';
import { effectiveRole, requireSceneRole, type SceneAccess } from '../access/scene-access.js';
import type { EditRecorder } from '../edits/edit-recorder.js';
import { onlyAttempt } from '../http/attempt.js';
import { pageRequest, toPage } from '../http/cursor.js';
import type { AtSeq, SceneRooms } from '../rooms/scene-rooms.js';
import { requireWithinBounds } from './document-bounds.js';
import { DocumentCache } from './document-cache.js';
import type { SceneRecord } from './scene-directory.js';
import { scenePosition, type SceneStore } from './scene-store.js';

export interface SceneServiceOptions {
  readonly store: SceneStore;
  readonly access: SceneAccess;
  readonly changes: AccessChanges;
  readonly rooms: SceneRooms;
  readonly recorder: EditRecorder;
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
  readonly #changes: AccessChanges;
  readonly #rooms: SceneRooms;
  readonly #recorder: EditRecorder;
  readonly #documents = new DocumentCache();

  constructor(options: SceneServiceOptions) {
    this.#store = options.store;
    this.#access = options.access;
    this.#changes = options.changes;
    this.#rooms = options.rooms;
    this.#recorder = options.recorder;
  }

  async create(principal: Principal, change: SceneChange, attempt = onlyAttempt()): Promise<Scene> {
    requireRole(principal, 'editor');
    // Before there is a scene that would then stay empty.
    if (change.document !== undefined) requireStorable(new Y.Doc(), change.document);
    const name = change.name ?? change.document?.scene.name ?? '';
    const { tenant, subject, role } = principal;
    const scene = await this.#store.create(tenant, subject, name, newSceneId(attempt.effectKey));
    // Should an earlier try have come this far, others may have edited the scene since.
    const isThere = attempt.isRepeated && scene.headSeq > 0;
    const { value, seq } = isThere
      ? await this.#rooms.read(scene.sceneId, documentToJson)
      : await this.#seen(
          scene.sceneId,
          await this.#rooms.edit(scene.sceneId, principal, (doc) => {
            applyChange(doc, { ...change, name });
            return documentToJson(doc);
          }),
        );
    return toScene({ scene: { ...scene, updatedAt: new Date() }, role }, value, seq);
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

  /** A scene as JSON text, and its position. */
  async get(principal: Principal, sceneId: string): Promise<{ json: string; seq: number }> {
    const grant = await this.#access.require(principal, sceneId);
    const { value, seq } = await this.#rooms.read(sceneId, (doc) => this.#documents.read(doc));
    const { name, nodeCount, json } = value;
    const rest = JSON.stringify({ ...summarize(grant), name, node_count: nodeCount, seq });
    return { json: `${rest.slice(0, -1)},"document":${json}}`, seq };
  }

  /** The position of a scene, at a fraction of what reading it takes. */
  async position(principal: Principal, sceneId: string): Promise<number> {
    await this.#access.require(principal, sceneId);
    return (await this.#rooms.read(sceneId, () => undefined)).seq;
  }

  /** The least edit that makes the scene what `change` says. `ifSeq` throws `precondition_failed` at any other position. */
  async replace(principal: Principal, sceneId: string, change: SceneChange, ifSeq?: number): Promise<Scene> {
    const { scene, role } = await this.#access.require(principal, sceneId, 'editor');
    const edited = await this.#recorder.run({
      sceneId: scene.sceneId,
      principal,
      attempt: onlyAttempt(),
      kind: 'replace',
      summary: () => (change.document === undefined ? 'Renamed' : 'Replaced the document'),
      ifSeq,
      change: (doc) => {
        applyChange(doc, change);
        return documentToJson(doc);
      },
    });
    const { value, seq } = await this.#seen(scene.sceneId, edited);
    return toScene({ scene: { ...scene, updatedAt: new Date() }, role }, value, seq);
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
    await this.#changes.publish(sceneId);
  }

  /** Whoever takes the position as what they have seen must have seen what others wrote before it. */
  async #seen(sceneId: string, edited: AtSeq<SceneDocument>): Promise<AtSeq<SceneDocument>> {
    return edited.exact === false ? this.#rooms.read(sceneId, documentToJson) : edited;
  }
}

function applyChange(doc: Y.Doc, change: SceneChange): void {
  const scene = new SceneDoc(doc);
  if (change.document !== undefined) {
    const settings = change.document.scene;
    requireStorable(doc, change.document);
    // A document that does not say how the scene is called is no wish to take its name away.
    const name = change.name ?? (settings.name === '' ? scene.settings().name : settings.name);
    applyDocument(doc, { ...change.document, scene: { ...settings, name } });
  } else if (change.name !== undefined) {
    scene.setSettings({ name: change.name });
  }
}

function requireStorable(doc: Y.Doc, document: SceneDocument): void {
  requireKnownSchema(document.scene.schemaVersion);
  requireWithinBounds(doc, document);
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
