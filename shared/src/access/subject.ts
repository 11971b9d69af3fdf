import { z } from 'zod';

export const SUBJECT_MAX_LENGTH = 256;

/** Guests of share links are called `link:…`, and nobody else. */
export const GUEST_SUBJECT_PREFIX = 'link:';

/** The `typ` in the header of a share link's token, by which it is told from those of people. */
export const SHARE_LINK_TOKEN_TYPE = 'diorama-link+jwt';

/** NUL and half of a surrogate pair cannot be stored as text. */
const STORABLE = /^[^\0\p{Surrogate}]+$/u;

/** Names of persons and tenants, as whoever issues the tokens writes them. */
export const storableText = (max: number) =>
  z.string().min(1).max(max).regex(STORABLE, 'has characters that cannot be stored');

/** Whom a token stands for (its `sub`): opaque, compared character by character. */
export const subjectSchema = storableText(SUBJECT_MAX_LENGTH).refine(
  (subject) => !subject.startsWith(GUEST_SUBJECT_PREFIX),
  `must not begin with ${GUEST_SUBJECT_PREFIX}, which guests of share links do`,
);
