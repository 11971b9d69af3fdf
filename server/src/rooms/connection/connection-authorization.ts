import { DioramaError, lesserRole } from '@diorama/shared';
import { isExpiredToken, type Authenticator } from '../../access/authenticator.js';
import { isSamePerson, type Principal } from '../../access/principal.js';
import type { AccessVerdict } from '../../access/scene-access.js';
import type { Logger } from '../../observability/logger.js';
import type { Connection } from './connection.js';
import { TokenWatch, type TokenTiming } from './token-watch.js';

export interface ConnectionAuthorizationOptions {
  readonly sceneId: string;
  readonly connection: Connection;
  readonly authenticator: Authenticator;
  /** Whom the connection's token stands for, with the token's role. */
  readonly identity: Principal;
  readonly timing: TokenTiming;
  readonly now: () => number;
  readonly logger: Logger;
  /** The token was renewed: what the person may do is to be looked up again. */
  readonly renewed: () => void;
}

/** A connection's leave to be on its scene: whom its token stands for, and until when. */
export class ConnectionAuthorization {
  readonly sceneId: string;
  readonly #options: ConnectionAuthorizationOptions;
  readonly #watch: TokenWatch;
  #identity: Principal;
  #isOpen = false;
  #isStale = false;
  /** Tokens are looked at one after the other: the last one that came counts. */
  #renewals = Promise.resolve();

  constructor(options: ConnectionAuthorizationOptions) {
    const { connection, timing, now } = options;
    this.#options = options;
    this.sceneId = options.sceneId;
    this.#identity = options.identity;
    this.#watch = new TokenWatch({
      timing,
      now,
      ask: connection.speaksDiorama ? (request) => connection.askForToken(request) : undefined,
      expired: () => connection.suspendWrites(new DioramaError('unauthenticated', 'The token has expired')),
      close: () => connection.close('unauthenticated', 'The token has expired'),
    });
  }

  /** As the token says: what this person may do on the scene is never more than its role. */
  get identity(): Principal {
    return this.#identity;
  }

  /** Whether roles have changed while the connection was being opened. */
  get isStale(): boolean {
    return this.#isStale;
  }

  /** Whether roles have changed since the last time that this was asked, while the connection was being opened. */
  consumeStale(): boolean {
    const isStale = this.#isStale;
    this.#isStale = false;
    return isStale;
  }

  /** What was looked up may not hold any more by the time that the connection is open. */
  invalidate(): void {
    this.#isStale = true;
  }

  opened(): void {
    this.#isOpen = true;
    this.#watch.start(this.#identity.expiresAt);
  }

  closed(): void {
    this.#isOpen = false;
    this.#watch.stop();
  }

  /** Roles on the scene have changed. Returns whether what this connection may do is to be looked up again. */
  rolesChanged(): boolean {
    this.#isStale = !this.#isOpen;
    return this.#isOpen;
  }

  /** What the person may do from now on. */
  applyVerdict(verdict: AccessVerdict): void {
    const { connection } = this.#options;
    if (!this.#isOpen) return;
    if (verdict === 'scene_not_found' || verdict === 'forbidden') connection.close(verdict);
    else if (connection.principal.role !== verdict) connection.become({ ...this.#identity, role: verdict });
  }

  /** The client sent another token. */
  renew(token: string): void {
    this.#renewals = this.#renewals.then(() => this.#renew(token));
  }

  async #renew(token: string): Promise<void> {
    const { authenticator, connection, logger } = this.#options;
    try {
      const renewed = await authenticator.authenticate(token);
      if (!isSamePerson(renewed, this.#identity))
        throw new DioramaError('forbidden', 'The token is of another person');
      if (this.#isOpen) this.#applyRenewed({ ...renewed, subject: this.#identity.subject });
    } catch (error) {
      // One that came too late changes nothing: there is time for another until the deadline.
      if (isExpiredToken(error)) return;
      if (error instanceof DioramaError) connection.close(error.code, error.message);
      else logger.error({ err: error }, 'a token could not be checked');
    }
  }

  /** The role is the lesser of the two until it has been looked up, so that a store that is away ends no session. */
  #applyRenewed(identity: Principal): void {
    const { connection, renewed } = this.#options;
    this.#identity = identity;
    connection.become({ ...identity, role: lesserRole(identity.role, connection.principal.role) });
    connection.resumeWrites();
    this.#watch.start(identity.expiresAt);
    renewed();
  }
}
