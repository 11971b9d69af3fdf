import { DioramaError, SHARE_LINK_TOKEN_TYPE, sceneIdSchema, shareLinkIdSchema } from '@diorama/shared';
import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose';
import { hkdfSync } from 'node:crypto';
import { z } from 'zod';
import { importSigningKey, SIGNING_ALGORITHM } from './signing-key.js';

const AUDIENCE = 'diorama:share-link';

const claimsSchema = z.object({ sub: shareLinkIdSchema, scene: sceneIdSchema });

export interface LinkClaims {
  readonly linkId: string;
  readonly sceneId: string;
}

/**
 * Signs and checks the tokens of share links.
 *
 * Their key is derived from the server's secret and used for nothing else, so neither kind of token can be taken for
 * the other, whatever it claims. What a link allows is not in its token: the database knows.
 */
export class LinkTokens {
  readonly #key: ReturnType<typeof importSigningKey>;

  constructor(options: { readonly secret: string }) {
    this.#key = importSigningKey(new Uint8Array(hkdfSync('sha256', options.secret, '', AUDIENCE, 32)));
  }

  /** Whether `token` says that it is one of ours; {@link verify} tells whether it is. */
  static looksLike(token: string): boolean {
    try {
      return decodeProtectedHeader(token).typ === SHARE_LINK_TOKEN_TYPE;
    } catch (error) {
      if (error instanceof TypeError || error instanceof errors.JOSEError) return false;
      throw error;
    }
  }

  async sign({ linkId, sceneId }: LinkClaims, expiresAt: Date): Promise<string> {
    return new SignJWT({ scene: sceneId })
      .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: SHARE_LINK_TOKEN_TYPE })
      .setAudience(AUDIENCE)
      .setSubject(linkId)
      .setExpirationTime(expiresAt)
      .sign(await this.#key);
  }

  /** Throws `unauthenticated`. */
  async verify(token: string): Promise<LinkClaims> {
    try {
      const options = { algorithms: [SIGNING_ALGORITHM], typ: SHARE_LINK_TOKEN_TYPE, audience: AUDIENCE };
      const claims = claimsSchema.safeParse((await jwtVerify(token, await this.#key, options)).payload);
      if (!claims.success) throw new DioramaError('unauthenticated', 'The share link is not valid');
      return { linkId: claims.data.sub, sceneId: claims.data.scene };
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      const reason = error instanceof errors.JWTExpired ? 'has expired' : 'is not valid';
      throw new DioramaError('unauthenticated', `The share link ${reason}`, { cause: error });
    }
  }
}
