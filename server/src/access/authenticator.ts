import { DioramaError, roleSchema, storableText, subjectSchema } from '@diorama/shared';
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { LinkTokens } from './link-tokens.js';
import { guestOf, type Principal } from './principal.js';
import type { ShareLinkDirectory } from './share-link-store.js';
import { importSigningKey, SIGNING_ALGORITHM } from './signing-key.js';

const claimsSchema = z.object({
  sub: subjectSchema,
  tenant: storableText(128),
  name: storableText(256).or(z.literal('')).optional(),
  /** A token without a role may do everything in its tenant; issue a role to restrict it. */
  role: roleSchema.default('owner'),
  exp: z.number().optional(),
});

export interface AuthenticatorOptions {
  /** The HS256 secret that tokens are signed with; the key of share links is derived from it. */
  readonly secret: string;
  readonly links: ShareLinkDirectory;
}

/** Whether a token was refused because its time is over, and for no other reason. */
export const isExpiredToken = (error: unknown): boolean =>
  error instanceof DioramaError && error.cause instanceof errors.JWTExpired;

/** Turns bearer tokens into principals. Only HS256 is accepted, whatever the token's header says. */
export class Authenticator {
  readonly #key: ReturnType<typeof importSigningKey>;
  readonly #links: ShareLinkDirectory;
  readonly #linkTokens: LinkTokens;

  constructor(options: AuthenticatorOptions) {
    this.#key = importSigningKey(new TextEncoder().encode(options.secret));
    this.#links = options.links;
    this.#linkTokens = new LinkTokens(options);
  }

  /** Throws `unauthenticated` with the reason when the token is missing, malformed, forged, expired or revoked. */
  async authenticate(token: string | undefined): Promise<Principal> {
    if (token === undefined || token === '') throw new DioramaError('unauthenticated', 'No token was sent');
    if (LinkTokens.looksLike(token)) return this.#guest(token);
    const claims = claimsSchema.safeParse(await this.#verify(token));
    if (!claims.success) {
      const wrong = claims.error.issues.map((issue) => issue.path.join('.')).join(', ');
      throw new DioramaError('unauthenticated', `The token's claims are not usable: ${wrong}`);
    }
    const { sub, tenant, name, role, exp } = claims.data;
    return {
      subject: sub,
      tenant,
      name: name ?? sub,
      role,
      ...(exp === undefined ? {} : { expiresAt: exp * 1000 }),
    };
  }

  /** A token for `principal`, as the development link and the tests use it. */
  async sign(principal: Principal, expiresIn: string): Promise<string> {
    const { subject, tenant, name, role } = principal;
    return new SignJWT({ tenant, name, role })
      .setProtectedHeader({ alg: SIGNING_ALGORITHM })
      .setSubject(subject)
      .setIssuedAt()
      .setExpirationTime(expiresIn)
      .sign(await this.#key);
  }

  /** Asked at every use: a link may have been revoked since it was signed. */
  async #guest(token: string): Promise<Principal> {
    const { linkId, sceneId } = await this.#linkTokens.verify(token);
    const link = await this.#links.find(linkId);
    if (link?.sceneId !== sceneId) throw new DioramaError('unauthenticated', 'The share link was revoked');
    return guestOf(link);
  }

  async #verify(token: string): Promise<unknown> {
    try {
      return (await jwtVerify(token, await this.#key, { algorithms: [SIGNING_ALGORITHM] })).payload;
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      const reason = error instanceof errors.JWTExpired ? 'has expired' : 'is not valid';
      throw new DioramaError('unauthenticated', `The token ${reason}`, { cause: error });
    }
  }
}
