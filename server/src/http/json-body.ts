import { DioramaError } from '@diorama/shared';
import express, { type Request, type RequestHandler } from 'express';

/** Deeper than any scene document; recursion over what passed is safe. */
export const JSON_DEPTH_MAX = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** Throws `json_too_deep` without parsing: brackets are counted outside of strings, on the raw bytes. */
export function checkDepth(bytes: Uint8Array, most = JSON_DEPTH_MAX): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (inString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (OPENING.has(byte)) {
      depth++;
      if (depth > most)
        throw new DioramaError('json_too_deep', `Nested deeper than ${most} levels at byte ${at}`);
    } else if (CLOSING.has(byte)) depth--;
  }
}

/** Parses UTF-8 JSON. Throws `malformed_json` with the parser's own words, which say where. */
export function parseJson(bytes: Uint8Array): unknown {
  checkDepth(bytes);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (error) {
    throw new DioramaError('malformed_json', (error as Error).message, { cause: error });
  }
}

const rawBodies = new WeakMap<Request, Uint8Array>();

/** The bytes that `req.body` was parsed from, where `jsonBody` was told that they are needed. */
export const rawBodyOf = (req: Request): Uint8Array | undefined => rawBodies.get(req);

/** Reads a JSON body of at most `limit` bytes into `req.body`. */
export function jsonBody(limit: number, needsBytes: (req: Request) => boolean = () => false): RequestHandler {
  const read = express.raw({ type: () => true, limit });
  return (req, res, next) => {
    if (!req.is(['json', '+json'])) {
      const sent = req.get('content-type') ?? 'nothing';
      next(new DioramaError('unsupported_media_type', `Send application/json, not ${sent}`));
      return;
    }
    read(req, res, (error?: unknown) => {
      if (error !== undefined) {
        next(error);
        return;
      }
      try {
        const bytes = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
        if (needsBytes(req)) rawBodies.set(req, bytes);
        req.body = parseJson(bytes);
        next();
      } catch (failure) {
        next(failure);
      }
    });
  };
}
