import { DioramaError } from '@diorama/shared';
import express, { type Request, type RequestHandler } from 'express';
import { needsLook, requireStorableText } from './json-text.js';
import { tooDeepAt } from '../json/too-deep.js';

/** Deeper than any scene document; recursion over what passed is safe. */
export const JSON_DEPTH_MAX = 64;

/** Throws `json_too_deep` without parsing. */
export function checkDepth(bytes: Uint8Array, most = JSON_DEPTH_MAX): void {
  const at = tooDeepAt(bytes, most);
  if (at !== undefined)
    throw new DioramaError('json_too_deep', `Nested deeper than ${most} levels at byte ${at}`);
}

/**
 * Parses UTF-8 JSON. Throws `malformed_json` with the parser's own words, which say where, and for text that could not be stored
 * as it is.
 */
export function parseJson(bytes: Uint8Array): unknown {
  checkDepth(bytes);
  const value = parse(bytes);
  if (needsLook(bytes)) requireStorableText(value);
  return value;
}

function parse(bytes: Uint8Array): unknown {
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
