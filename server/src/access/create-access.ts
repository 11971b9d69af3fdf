import type { Database } from '../database/database.js';
import type { Route } from '../http/handler.js';
import type { SceneDirectory } from '../scenes/scene-directory.js';
import { AccessChanges } from './access-changes.js';
import { accessRoutes } from './access-routes.js';
import { Authenticator } from './authenticator.js';
import { LinkTokens } from './link-tokens.js';
import { Members } from './members.js';
import { SceneAccess } from './scene-access.js';
import { ShareLinkStore } from './share-link-store.js';
import { ShareLinks } from './share-links.js';

export interface AccessControlOptions {
  readonly database: Database;
  readonly scenes: SceneDirectory;
  /** What tokens are signed with. */
  readonly secret: string;
}

/** Who calls, what they may do, and who may change that, wired together. */
export interface AccessControl {
  readonly authenticator: Authenticator;
  readonly access: SceneAccess;
  readonly changes: AccessChanges;
  readonly routes: readonly Route[];
}

export function createAccess({ database, scenes, secret }: AccessControlOptions): AccessControl {
  const access = new SceneAccess({ scenes });
  const changes = new AccessChanges();
  const members = new Members({ database, access, changes });
  const tokens = new LinkTokens({ secret });
  const links = new ShareLinks({ database, access, changes, tokens, now: () => new Date() });
  return {
    authenticator: new Authenticator({ secret, links: new ShareLinkStore({ client: database }) }),
    access,
    changes,
    routes: accessRoutes({ members, links }),
  };
}
