import { webcrypto } from 'node:crypto';

export const SIGNING_ALGORITHM = 'HS256';

/** The key of an HS256 secret. To be imported once: done again for each token it takes as long as the verification itself. */
export const importSigningKey = (secret: Uint8Array): Promise<webcrypto.CryptoKey> =>
  webcrypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
