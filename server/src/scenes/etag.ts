import { DioramaError } from '@diorama/shared';

/** The ETag of a scene at a position of its log. */
export const sceneEtag = (seq: number): string => `"s${seq}"`;

/**
 * The positions that an `If-Match` or `If-None-Match` header names: a list of tags, of which those that are not ours name none.
 *
 * `any` for `*`; undefined where the header is absent.
 */
export function parseSceneEtags(header: string | undefined): readonly number[] | 'any' | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return 'any';
  // A tag may hold commas, so it is not split at them.
  return [...header.matchAll(/"([^"]*)"/g)].flatMap(([, tag]) => {
    const seq = /^s(\d{1,15})$/.exec(tag ?? '')?.[1];
    return seq === undefined ? [] : [Number(seq)];
  });
}

/**
 * The position that `If-Match` asks for; `*` only asks that the scene exists, which every operation checks.
 *
 * Positions only grow, and whoever lists several has seen all of them: none but the last can be the current one.
 */
export function expectedSeq(header: string | undefined): number | undefined {
  const expected = parseSceneEtags(header);
  if (expected === undefined || expected === 'any') return undefined;
  if (expected.length === 0) throw new DioramaError('precondition_failed', 'If-Match is no ETag of a scene');
  return Math.max(...expected);
}
