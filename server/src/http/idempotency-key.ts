import { DioramaError, type Endpoint } from '@diorama/shared';
import type { Request } from 'express';
import { createHash } from 'node:crypto';

/** Every operation that makes or changes something anew each time it is sent. */
export const takesIdempotencyKey = (endpoint: Endpoint): boolean =>
  endpoint.method === 'post' && endpoint.public !== true && endpoint.body?.type !== 'multipart';

/** Visible ASCII, plain or as the quoted string of the RFC draft. */
const KEY = /^(?:"([\x21\x23-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255}))$/;

/** The key that a request came with. Throws `invalid_request` for one of another form. */
export function idempotencyKeyOf(req: Request): string | undefined {
  const header = req.get('idempotency-key');
  if (header === undefined) return undefined;
  const match = KEY.exec(header.trim());
  if (match !== null) return match[1] ?? match[2];
  const message = 'Idempotency-Key is 1 to 255 visible ASCII characters';
  throw new DioramaError('invalid_request', message, {
    issues: [{ pointer: '/headers/idempotency-key', message }],
  });
}

/** What makes two requests the same one: method, path and body, byte by byte. */
export function fingerprintOf(req: Request, body: Uint8Array | undefined): string {
  const hash = createHash('sha256').update(`${req.method} ${req.path}\n`);
  if (body !== undefined) hash.update(body);
  return hash.digest('base64url');
}
