import { DioramaError, problemSchema, type ErrorCode } from '@diorama/shared';

/** What a status says when the answer is no problem+json of ours: a proxy's page, or another server altogether. */
function codeOfStatus(status: number): ErrorCode {
  switch (status) {
    case 401:
      return 'unauthenticated';
    case 403:
      return 'forbidden';
    case 404:
      return 'route_not_found';
    case 405:
      return 'method_not_allowed';
    case 412:
      return 'precondition_failed';
    case 413:
      return 'payload_too_large';
    case 415:
      return 'unsupported_media_type';
    case 416:
      return 'range_not_satisfiable';
    case 429:
      return 'too_many_requests';
    case 502:
    case 503:
    case 504:
      return 'unreachable';
    default:
      return status >= 500 ? 'internal' : 'invalid_request';
  }
}

/** The error that an answer's status and body tell. */
export function failureOf(status: number, body: string): DioramaError {
  const problem = problemSchema.safeParse(parseJson(body));
  if (problem.success) return DioramaError.fromProblem(problem.data);
  return new DioramaError(codeOfStatus(status), `The server answered ${status} without saying why`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The error of a request that got no answer. Aborting is the caller's own doing and stays what it is. */
export function networkFailure(cause: unknown, url: URL, signal: AbortSignal | undefined): Error {
  if (signal?.aborted) return signal.reason as Error;
  return new DioramaError('unreachable', `${url.origin} cannot be reached`, { cause });
}
