import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import type { Logger } from '../../observability/logger.js';
import type { ObjectStore } from '../object-store.js';
import { parseRange } from './range.js';

export interface StoredContent {
  readonly key: string;
  readonly size: number;
  readonly sha256: string;
  readonly contentType: string;
  readonly filename: string;
  /** Whether a browser may show it in place; what we have not looked into is only ever saved. */
  readonly inline: boolean;
}

/** Names are quoted for old clients and encoded for the rest (RFC 6266). */
function contentDisposition({ filename, inline }: StoredContent): string {
  const plain = filename.replace(/[^\x20-\x7e]|["\\%;/]/g, '_');
  const encoded = encodeURIComponent(filename).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  return `${inline ? 'inline' : 'attachment'}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

/** Compares as If-None-Match asks: weakly, so that a proxy's `W/` does not cost a download. */
function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
}

/** Content never changes under its hash, so it may be kept for ever; `private`, since a token was needed to get it. */
const CACHE_CONTROL = 'private, max-age=31536000, immutable';

/** Answers with stored bytes: range, conditional and HEAD requests included. Throws before the first byte, or not at all. */
export async function sendContent(
  req: Request,
  res: Response,
  content: StoredContent,
  { objects, logger }: { readonly objects: ObjectStore; readonly logger: Logger },
): Promise<void> {
  const etag = `"${content.sha256}"`;
  const cacheHeaders = { ETag: etag, 'Cache-Control': CACHE_CONTROL, 'X-Content-Type-Options': 'nosniff' };
  if (matchesEtag(req.get('if-none-match'), etag)) {
    res.status(304).set(cacheHeaders).end();
    return;
  }
  const ifRange = req.get('if-range');
  const wanted = ifRange === undefined || ifRange === etag ? req.get('range') : undefined;
  res.setHeader('Accept-Ranges', 'bytes');
  let range;
  try {
    range = parseRange(wanted, content.size);
  } catch (error) {
    res.setHeader('Content-Range', `bytes */${content.size}`);
    throw error;
  }
  const stream = req.method === 'HEAD' ? undefined : await objects.stream(content.key, range);
  res.status(range === undefined ? 200 : 206).set({
    ...cacheHeaders,
    'Content-Type': content.contentType,
    'Content-Length': String(range === undefined ? content.size : range.end - range.start + 1),
    'Content-Disposition': contentDisposition(content),
    // Should a file be a document after all, it may not do anything.
    'Content-Security-Policy': "default-src 'none'; sandbox",
    ...(range === undefined ? {} : { 'Content-Range': `bytes ${range.start}-${range.end}/${content.size}` }),
  });
  if (stream === undefined) {
    res.end();
    return;
  }
  try {
    // A failure in the middle destroys the connection: a short answer must never look like a whole one.
    await pipeline(stream, res);
  } catch (error) {
    if (!req.destroyed && !res.writableFinished) res.destroy();
    const gone = (error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE';
    if (!gone) logger.error({ err: error, key: content.key }, 'content stream failed');
  }
}
