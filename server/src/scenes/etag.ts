import { DioramaError } from '@diorama/shared';

/** The ETag of a scene at a position of its log. */
export const sceneEtag = (seq: number): string => `"s${seq}"`;

/**
 * The position that an `If-Match` or `If-None-Match` header names.
 *
 * `any` for `*`; undefined where the header is absent; NaN, which equals no position, for tags that are not ours.
 */
export function parseSceneEtag(header: string | undefined): number | 'any' | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return 'any';
  const tag = /^\s*(?:W\/)?"s(\d{1,15})"\s*$/.exec(header)?.[1];
  return tag === undefined ? Number.NaN : Number(tag);
}

/** The position that `If-Match` asks for; `*` only asks that the scene exists, which every operation checks. */
export function expectedSeq(header: string | undefined): number | undefined {
  const expected = parseSceneEtag(header);
  if (Number.isNaN(expected)) throw new DioramaError('precondition_failed', 'If-Match is no ETag of a scene');
  return expected === 'any' ? undefined : expected;
}
