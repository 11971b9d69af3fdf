import type { SceneAccess } from '../../access/scene-access.js';
import type { Logger } from '../../observability/logger.js';
import type { ConnectionAuthorization } from './connection-authorization.js';

export interface LiveAccessOptions {
  readonly access: SceneAccess;
  readonly logger: Logger;
  /** When the roles cannot be looked up, they are again after this time. Default 500 ms. */
  readonly retryMs?: number;
}

/**
 * Keeps what open connections may do in step with members and links.
 *
 * After a change the roles of all connections of the scene are looked up at once. Everything that is due is looked up in
 * one statement, and one such look follows the other, so that an older answer never comes after a newer one.
 */
export class LiveAccess {
  readonly #options: LiveAccessOptions;
  readonly #authorizations = new Map<string, Set<ConnectionAuthorization>>();
  #due = new Set<ConnectionAuthorization>();
  #running: Promise<void> | undefined;

  constructor(options: LiveAccessOptions) {
    this.#options = options;
  }

  /** From now on the seat hears of changes; the first look at what its person may do comes after this. */
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

  /** Looks up what all on the scene may do. Resolves when they have been told; when that fails, it is tried again later. */
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
    // A turn later: what comes meanwhile is looked up together.
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
