import { DioramaError } from '@diorama/shared';
import type { ByteRange } from '../object-store.js';

const SINGLE_RANGE = /^bytes=\s*(\d*)-(\d*)\s*$/;

/**
 * The one range of a Range header; undefined where the whole is to be sent (RFC 9110 §14.2): no header, another unit,
 * several ranges, or a malformed one. Throws `range_not_satisfiable`.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = SINGLE_RANGE.exec(header ?? '');
  if (match === null) return undefined;
  const [, first, last] = match as unknown as [string, string, string];
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  if (start >= size || (first === '' && Number(last) === 0))
    throw new DioramaError('range_not_satisfiable', `The content has ${size} bytes, the range was ${header}`);
  return { start, end };
}
