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
  /** The person that the token identifies, with the token's role. */
  readonly identity: Principal;
  readonly timing: TokenTiming;
  readonly now: () => number;
  readonly logger: Logger;
  /** The token was renewed, so the role on the scene must be looked up again. */
  readonly renewed: () => void;
}

/** The authorization of a connection on its scene: the person its token identifies, and until when. */
export class ConnectionAuthorization {
  readonly sceneId: string;
  readonly #options: ConnectionAuthorizationOptions;
  readonly #watch: TokenWatch;
  #identity: Principal;
  #isOpen = false;
  #isStale = false;
  /** Renewals run one after the other, so that the last token counts. */
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

  /** The identity in the token. Its role is the most that the person may do on the scene. */
  get identity(): Principal {
    return this.#identity;
  }

  /** Whether roles have changed while the connection was being opened. */
  get isStale(): boolean {
    return this.#isStale;
  }

  /** Returns whether roles have changed since the last call, while the connection was being opened. */
  consumeStale(): boolean {
    const isStale = this.#isStale;
    this.#isStale = false;
    return isStale;
  }

  /** Marks the looked-up role as outdated: it may change before the connection is open. */
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

  /** Roles on the scene have changed. Returns whether the role of this connection must be looked up again. */
  rolesChanged(): boolean {
    this.#isStale = !this.#isOpen;
    return this.#isOpen;
  }

  /** Applies the role that was looked up, or closes the connection if access was withdrawn. */
  applyVerdict(verdict: AccessVerdict): void {
    const { connection } = this.#options;
    if (!this.#isOpen) return;
    if (verdict === 'scene_not_found' || verdict === 'forbidden') connection.close(verdict);
    else if (connection.principal.role !== verdict)
      connection.changePrincipal({ ...this.#identity, role: verdict });
  }

  /** The client sent a new token. */
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
      // An expired token changes nothing: another one may still come before the deadline.
      if (isExpiredToken(error)) return;
      if (error instanceof DioramaError) connection.close(error.code, error.message);
      else logger.error({ err: error }, 'a token could not be checked');
    }
  }

  /**
   * Until the role has been looked up, the lesser of both roles applies, so that an unavailable store ends no session.
   */
  #applyRenewed(identity: Principal): void {
    const { connection, renewed } = this.#options;
    this.#identity = identity;
    connection.changePrincipal({ ...identity, role: lesserRole(identity.role, connection.principal.role) });
    connection.resumeWrites();
    this.#watch.start(identity.expiresAt);
    renewed();
  }
}
