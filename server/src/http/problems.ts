import { DioramaError, PROBLEM_MEDIA_TYPE } from '@diorama/shared';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Logger } from '../observability/logger.js';
import { requestIdOf } from './request-id.js';

/** Writes an error as RFC 9457 problem+json. */
export function sendProblem(res: Response, error: DioramaError): void {
  if (error.status === 401) res.setHeader('WWW-Authenticate', 'Bearer');
  res
    .status(error.status)
    .type(PROBLEM_MEDIA_TYPE)
    .send(JSON.stringify(error.toProblem(requestIdOf(res))));
}

/** What Express and its body parser throw, in our catalogue's terms. Anything else is ours to fix: `internal`. */
export function toDioramaError(error: unknown): DioramaError {
  if (error instanceof DioramaError) return error;
  const { type, status } = (error ?? {}) as { type?: unknown; status?: unknown };
  if (type === 'entity.too.large') return new DioramaError('payload_too_large', undefined, { cause: error });
  if (type === 'encoding.unsupported' || type === 'charset.unsupported')
    return new DioramaError('unsupported_media_type', (error as Error).message, { cause: error });
  if (status === 404) return new DioramaError('route_not_found', undefined, { cause: error });
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new DioramaError('invalid_request', (error as Error).message, { cause: error });
  // What went wrong inside is for the log, not for the caller.
  return new DioramaError('internal', 'The server failed; the log has the details under this request id', {
    cause: error,
  });
}

export const problemHandler =
  (logger: Logger): ErrorRequestHandler =>
  (error: unknown, req, res, _next) => {
    const problem = toDioramaError(error);
    if (problem.status >= 500)
      logger.error(
        { err: problem.cause ?? problem, code: problem.code, requestId: requestIdOf(res), path: req.path },
        'request failed',
      );
    if (res.headersSent) {
      // Half of an answer is out: cutting the connection is the only way to say that it is not whole.
      res.destroy();
      return;
    }
    sendProblem(res, problem);
  };

export const notFoundHandler: RequestHandler = (req) => {
  throw new DioramaError('route_not_found', `${req.method} ${req.path} is not part of the API; see /docs`);
};
