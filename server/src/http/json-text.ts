import { DioramaError, jsonPointer, type ErrorCode, type Issue } from '@diorama/shared';

/** A body may be wrong in a million places; the first hundred say enough. */
const ISSUES_MAX = 100;

const LONE_SURROGATE = /\p{Cs}/u;

/** Whether JSON text can say what `requireStorableText` refuses at all: only escapes can say half of a surrogate pair. */
export function needsLook({ buffer, byteOffset, byteLength }: Uint8Array): boolean {
  const json = Buffer.from(buffer, byteOffset, byteLength);
  return json.includes('\\u') || json.includes('__proto__');
}

/**
 * Throws for strings and keys that are not stored as they are: half of a surrogate pair would be replaced, so that two ids might
 * become one, and a key `__proto__` is dropped by whoever assigns it. To be asked before a schema copies the value.
 */
export function requireStorableText(body: unknown): void {
  const issues: Issue[] = [];
  look(body, [], issues);
  const [first] = issues;
  if (first === undefined) return;
  const code = codeFor(issues);
  throw new DioramaError(code, `${first.pointer === '' ? 'The body' : first.pointer}: ${first.message}`, {
    issues: issues.map((issue) => ({
      ...issue,
      code: code === 'invalid_request' ? 'invalid_request' : 'invalid_document',
    })),
  });
}

function look(value: unknown, path: (string | number)[], issues: Issue[]): void {
  if (issues.length >= ISSUES_MAX) return;
  if (typeof value === 'string') {
    if (LONE_SURROGATE.test(value)) issues.push(issue(path, 'It holds half of a surrogate pair'));
  } else if (Array.isArray(value)) {
    for (const [at, each] of value.entries()) below(at, each, path, issues);
  } else if (value !== null && typeof value === 'object') {
    for (const [key, each] of Object.entries(value)) {
      if (key === '__proto__') issues.push(issue([...path, key], 'It is not a key that a document can hold'));
      else if (LONE_SURROGATE.test(key))
        issues.push(issue([...path, key], 'Its key holds half of a surrogate pair'));
      below(key, each, path, issues);
    }
  }
}

/** By recursion: bodies that are nested too deeply do not come here. */
function below(key: string | number, value: unknown, path: (string | number)[], issues: Issue[]): void {
  if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) return;
  path.push(key);
  look(value, path, issues);
  path.pop();
}

const issue = (path: readonly (string | number)[], message: string): Issue => ({
  pointer: jsonPointer(path),
  message,
});

/** What a schema that finds the like there answers with. */
function codeFor(issues: readonly Issue[]): ErrorCode {
  const allBelow = (pointer: string): boolean => issues.every((each) => each.pointer.startsWith(pointer));
  if (allBelow('/document/')) return 'invalid_document';
  return allBelow('/operations/') ? 'invalid_operations' : 'invalid_request';
}
