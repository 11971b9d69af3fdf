import { SignJWT } from 'jose';

/** A secret for servers whose identity is configured, as a team would set it. */
export const JWT_SECRET = 'a-secret-for-tests-of-thirty-two-characters-or-more';

export interface Claims {
  readonly sub?: string;
  readonly tenant?: string;
  readonly name?: string;
  readonly role?: string;
}

/** A token as a team's own back end would issue it. */
export async function issueToken(claims: Claims = {}, expires: string | number = '1h', secret = JWT_SECRET) {
  const { sub = 'ada', ...rest } = { tenant: 'acme', ...claims };
  return new SignJWT(rest)
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .setExpirationTime(expires)
    .sign(new TextEncoder().encode(secret));
}
