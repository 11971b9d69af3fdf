import type { ItemChange, RootMap } from '@diorama/shared';
import { DioramaError } from '@diorama/shared';
import type { Principal } from '../access/principal.js';
import type { SceneAccess } from '../access/scene-access.js';
import { pageRequest, toPage, type PageRequest } from '../http/cursor.js';
import type { ChangeJournal } from './change-journal.js';
import { changePosition, type ChangeRecord, type ChangeStore } from './change-store.js';

export interface SceneHistoryOptions {
  readonly access: SceneAccess;
  readonly journal: ChangeJournal;
  readonly store: ChangeStore;
}

interface Query {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

/** Who last changed what, for callers. */
export class SceneHistory {
  readonly #options: SceneHistoryOptions;

  constructor(options: SceneHistoryOptions) {
    this.#options = options;
  }

  async list(
    principal: Principal,
    sceneId: string,
    query: Query & { readonly root?: RootMap | undefined; readonly since?: string | undefined },
  ) {
    const page = await this.#prepare(principal, sceneId, query);
    const rows = await this.#options.store.latest(sceneId, query, page);
    return toPage(rows, page.limit, changePosition, toItemChange);
  }

  async ofNode(principal: Principal, sceneId: string, nodeId: string, query: Query) {
    const page = await this.#prepare(principal, sceneId, query);
    const rows = await this.#options.store.ofItem(sceneId, 'nodes', nodeId, page);
    return toPage(rows, page.limit, changePosition, toItemChange);
  }

  async #prepare(principal: Principal, sceneId: string, query: Query): Promise<PageRequest> {
    await this.#options.access.require(principal, sceneId);
    const page = pageRequest(query);
    if (page.after !== null) requirePosition(page.after.id);
    // Whoever has just changed something here and asks finds it.
    await this.#options.journal.flush();
    return page;
  }
}

export const toItemChange = (row: ChangeRecord): ItemChange => ({
  root: row.root,
  id: row.id,
  change: row.change,
  by: { subject: row.subject, name: row.name },
  at: row.lastAt.toISOString(),
});

/** Throws `invalid_cursor` for a cursor of another list. */
function requirePosition(id: string): void {
  let parts: unknown;
  try {
    parts = JSON.parse(id);
  } catch (error) {
    throw new DioramaError('invalid_cursor', undefined, { cause: error });
  }
  if (!Array.isArray(parts) || parts.length !== 3 || !parts.every((part) => typeof part === 'string'))
    throw new DioramaError('invalid_cursor');
}
