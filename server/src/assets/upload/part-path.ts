import { baseName } from '../staged-file.js';

const PATH_MAX_LENGTH = 1024;
// eslint-disable-next-line no-control-regex -- control characters are exactly what must not survive
const CONTROL = /[\u0000-\u001f\u007f]/g;

/**
 * The relative path that a multipart part asks for, made harmless.
 *
 * Browsers send a name, `curl -F 'f=@x;filename=textures/x'` a path, old Windows clients `C:\fakepath\x`. A path that
 * climbs is cut to its last name: what a part is called is no reason to refuse it.
 */
export function partPath(filename: string | undefined, index: number): string {
  const cleaned = (filename ?? '').replace(CONTROL, '').replaceAll('\\', '/');
  const relative = cleaned.replace(/^[a-z]:/i, '');
  const segments = relative.split('/').filter((segment) => segment !== '' && segment !== '.');
  const path = segments.includes('..') ? baseName(segments.join('/')) : segments.join('/');
  if (path === '' || path === '..') return `file-${index + 1}`;
  return path.slice(-PATH_MAX_LENGTH);
}
