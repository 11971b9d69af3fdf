import { DioramaError, ERROR_CODES, errorEntry, type ErrorCode } from '@diorama/shared';

const isErrorCode = (text: string): text is ErrorCode => (ERROR_CODES as readonly string[]).includes(text);

/**
 * What a close code and reason of the server mean; undefined when they are no word of the server's, so the network's.
 *
 * Several errors share a code: the reason begins with the error's own name where the server says it.
 */
export function errorOfClose(code: number, reason: string): DioramaError | undefined {
  const [first = ''] = reason.split(/[\s:]/, 1);
  if (isErrorCode(first) && errorEntry(first).close === code)
    return new DioramaError(first, reason.slice(first.length).replace(/^[\s:]+/, '') || undefined);
  const known = ERROR_CODES.find((each) => errorEntry(each).close === code);
  return known && new DioramaError(known, reason || undefined);
}
