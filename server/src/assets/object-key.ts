import { DioramaError } from '@diorama/shared';

const KEY_MAX_LENGTH = 1024;
// eslint-disable-next-line no-control-regex -- no key of ours has control characters
const FORBIDDEN = /[\\\u0000-\u001f\u007f]/;

/** Throws for a key that could leave the store's own space. Keys are made by us, so this is a fault, not bad input. */
export function assertObjectKey(key: string): void {
  const sound =
    key.length > 0 &&
    key.length <= KEY_MAX_LENGTH &&
    !FORBIDDEN.test(key) &&
    // A leading dot is also how the file system adapter names what is not an object.
    key.split('/').every((segment) => segment !== '' && !segment.startsWith('.'));
  if (!sound) throw new DioramaError('internal', `Not an object key: ${JSON.stringify(key.slice(0, 200))}`);
}

export const missingObject = (key: string, cause?: unknown): DioramaError =>
  new DioramaError('storage_unavailable', `There is no object ${key}`, cause === undefined ? {} : { cause });
