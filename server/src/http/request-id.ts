import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';

const SAFE_REQUEST_ID = /^[\w.-]{1,128}$/;

/** Takes over a caller's `X-Request-Id` if it is harmless, else makes one; answers with it. */
export const requestId: RequestHandler = (req, res, next) => {
  const given = req.get('x-request-id');
  res.setHeader('X-Request-Id', given !== undefined && SAFE_REQUEST_ID.test(given) ? given : randomUUID());
  next();
};

export const requestIdOf = (res: Response): string => String(res.getHeader('X-Request-Id') ?? '');
