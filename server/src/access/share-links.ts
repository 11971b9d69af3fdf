import {
  DioramaError,
  newShareLinkId,
  SHARE_LINK_EXPIRES_IN_DEFAULT,
  SHARE_LINK_EXPIRES_IN_MAX,
  type CreateShareLink,
} from '@diorama/shared';
import type { Database } from '../database/database.js';
import type { Attempt } from '../http/attempt.js';
import type { PageRequest } from '../http/cursor.js';
import type { AccessChanges } from './access-changes.js';
import type { LinkTokens } from './link-tokens.js';
import { lockScene } from './lock-scene.js';
import type { Principal } from './principal.js';
import { requireSceneRole, type SceneAccess } from './scene-access.js';
import { ShareLinkStore, type ListedShareLink, type ShareLinkRecord } from './share-link-store.js';

export interface ShareLinksOptions {
  readonly database: Database;
  readonly access: SceneAccess;
  readonly changes: AccessChanges;
  readonly tokens: LinkTokens;
  readonly now: () => Date;
}

/** The links that let guests into a scene. Owners alone see and change them. */
export class ShareLinks {
  readonly #options: ShareLinksOptions;
  readonly #store: ShareLinkStore;

  constructor(options: ShareLinksOptions) {
    this.#options = options;
    this.#store = new ShareLinkStore({ client: options.database });
  }

  /** Throws `scene_not_found`, `forbidden`, `invalid_request` for an expiry that is over or too far away. */
  async create(
    principal: Principal,
    sceneId: string,
    { role, name = '', ...expiry }: CreateShareLink,
    attempt: Pick<Attempt, 'effectKey'>,
  ): Promise<{ link: ShareLinkRecord; token: string }> {
    const { database, tokens } = this.#options;
    const expiresAt = this.#expiresAt(expiry);
    const link = await database.transaction(async (tx) => {
      const grant = await lockScene(tx, principal, sceneId);
      requireSceneRole(grant.role, 'owner');
      const createdBy = principal.subject;
      return new ShareLinkStore({ client: tx }).add({
        linkId: newShareLinkId(attempt.effectKey),
        sceneId,
        role,
        name,
        createdBy,
        expiresAt,
      });
    });
    return { link, token: await tokens.sign(link, expiresAt) };
  }

  async list(principal: Principal, sceneId: string, page: PageRequest): Promise<ListedShareLink[]> {
    await this.#options.access.require(principal, sceneId, 'owner');
    return this.#store.list(sceneId, page);
  }

  /** Throws `scene_not_found`, `forbidden`, `share_link_not_found`. */
  async revoke(principal: Principal, sceneId: string, linkId: string): Promise<void> {
    await this.#options.access.require(principal, sceneId, 'owner');
    if (!(await this.#store.delete(sceneId, linkId)))
      throw new DioramaError('share_link_not_found', `The scene has no share link ${linkId}`);
    await this.#options.changes.publish(sceneId);
  }

  /** In whole seconds, as tokens have it. */
  #expiresAt({ expires_in, expires_at }: Pick<CreateShareLink, 'expires_in' | 'expires_at'>): Date {
    const now = this.#options.now().getTime();
    const at =
      expires_at === undefined
        ? now + (expires_in ?? SHARE_LINK_EXPIRES_IN_DEFAULT) * 1000
        : Date.parse(expires_at);
    if (at <= now || at > now + SHARE_LINK_EXPIRES_IN_MAX * 1000) {
      const message = at <= now ? 'is over already' : 'is more than ten years away';
      throw new DioramaError('invalid_request', `/expires_at ${message}`, {
        issues: [{ pointer: '/expires_at', message }],
      });
    }
    return new Date(Math.ceil(at / 1000) * 1000);
  }
}
