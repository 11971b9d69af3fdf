import type { SceneAccess } from '../../access/scene-access.js';
import type { Logger } from '../../observability/logger.js';
import type { ConnectionAuthorization } from './connection-authorization.js';

export interface LiveAccessOptions {
  readonly access: SceneAccess;
  readonly logger: Logger;
  /** Delay after which a failed lookup of roles is retried. Default 500 ms. */
  readonly retryMs?: number;
}

/**
 * Updates the roles of open connections when members or share links change.
 *
 * After a change the roles of all connections of the scene are looked up. All pending lookups are made in one
 * statement, and lookups run one after the other, so that an older answer never overwrites a newer one.
 */
export class LiveAccess {
  readonly #options: LiveAccessOptions;
  readonly #authorizations = new Map<string, Set<ConnectionAuthorization>>();
  #due = new Set<ConnectionAuthorization>();
  #running: Promise<void> | undefined;

  constructor(options: LiveAccessOptions) {
    this.#options = options;
  }

  /** Starts to notify the connection of changes. Must be called before its role is looked up for the first time. */
  register(authorization: ConnectionAuthorization): void {
    const authorizations = this.#authorizations.get(authorization.sceneId) ?? new Set();
    this.#authorizations.set(authorization.sceneId, authorizations.add(authorization));
  }

  unregister(authorization: ConnectionAuthorization): void {
    authorization.closed();
    this.#due.delete(authorization);
    const authorizations = this.#authorizations.get(authorization.sceneId);
    authorizations?.delete(authorization);
    if (authorizations?.size === 0) this.#authorizations.delete(authorization.sceneId);
  }

  /**
   * Looks up the roles of all connections of the scene. Resolves when they are applied; a failed lookup is retried
   * later.
   */
  reviewScene(sceneId: string): Promise<void> {
    return this.review(this.#authorizations.get(sceneId) ?? []);
  }

  /** The same for some connections. */
  review(authorizations: Iterable<ConnectionAuthorization>): Promise<void> {
    for (const authorization of authorizations)
      if (authorization.rolesChanged()) this.#due.add(authorization);
    if (this.#due.size === 0) return Promise.resolve();
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<void> {
    // Wait one turn, so that further changes share the lookup.
    await Promise.resolve();
    while (this.#due.size > 0) {
      const authorizations = [...this.#due];
      this.#due = new Set();
      if (!(await this.#lookUp(authorizations))) break;
    }
    this.#running = undefined;
  }

  async #lookUp(authorizations: readonly ConnectionAuthorization[]): Promise<boolean> {
    const { access, logger, retryMs = 500 } = this.#options;
    try {
      const verdicts = await access.verdicts(
        authorizations.map(({ sceneId, identity }) => ({ sceneId, principal: identity })),
      );
      authorizations.forEach((authorization, at) => authorization.applyVerdict(verdicts[at] ?? 'forbidden'));
      return true;
    } catch (error) {
      logger.error({ err: error }, 'roles could not be looked up; trying again');
      setTimeout(() => void this.review(authorizations), retryMs).unref();
      return false;
    }
  }
}
