import type { z } from 'zod';
import type { Issue } from './problem.js';

const escapeToken = (token: PropertyKey): string => String(token).replaceAll('~', '~0').replaceAll('/', '~1');

/** The JSON pointer (RFC 6901) of a path of keys; the root is the empty string. */
export const jsonPointer = (path: readonly PropertyKey[]): string =>
  path.map((p) => `/${escapeToken(p)}`).join('');

/** A zod error's issues with JSON pointers, below `prefix`. */
export function issuesOf(error: z.ZodError, prefix: readonly PropertyKey[] = []): Issue[] {
  return error.issues.map((issue) => ({
    pointer: jsonPointer([...prefix, ...issue.path]),
    message: issue.message,
  }));
}
