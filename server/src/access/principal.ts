import { createHash } from 'node:crypto';
import { allows, DioramaError, GUEST_SUBJECT_PREFIX, type Role } from '@diorama/shared';

/** Who calls, and whose data they may see. */
export interface Principal {
  readonly subject: string;
  readonly tenant: string;
  readonly name: string;
  /** The most that the principal may do on any scene; on a sync connection what they may do on its scene. */
  readonly role: Role;
  /** When the token ends, in milliseconds since 1970; absent where it never does. */
  readonly expiresAt?: number;
  /** Came by a share link, and sees nothing but its scene. */
  readonly guest?: Guest;
}

export interface Guest {
  readonly linkId: string;
  readonly sceneId: string;
}

/** Whoever comes by a link. Over REST all its holders are one principal, which no token can name. */
export const guestOf = (link: GuestLink): Principal => ({
  subject: `${GUEST_SUBJECT_PREFIX}${link.linkId}`,
  tenant: link.tenant,
  name: link.name === '' ? 'Guest' : link.name,
  role: link.role,
  expiresAt: link.expiresAt.getTime(),
  guest: { linkId: link.linkId, sceneId: link.sceneId },
});

interface GuestLink extends Guest {
  readonly tenant: string;
  readonly name: string;
  readonly role: Role;
  readonly expiresAt: Date;
}

/** In the subjects of guests who name their session; made-up keys have no such mark. */
const SESSION_MARK = 'session-';

/** What a client may name its session with: nobody guesses it. */
const SESSION = /^[\w-]{16,64}$/;

/**
 * The principal of one connection. Each guest is somebody else, so that none can take another's presence over: a session that comes back is
 * the guest that it was, by a `session` that only it knows, and every other connection a new one, by `connectionKey`.
 */
export const onConnection = (
  principal: Principal,
  session: string | undefined,
  connectionKey: string,
): Principal => {
  if (principal.guest === undefined) return principal;
  const isKnown = session !== undefined && SESSION.test(session);
  const key = isKnown ? `${SESSION_MARK}${digest(`${principal.guest.linkId}:${session}`)}` : connectionKey;
  return { ...principal, subject: `${principal.subject}:${key}` };
};

/** Subjects are shown to others, who must not learn the session from them. */
const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);

/** Whether a later token is the same person's as an earlier one. */
export const isSamePerson = (a: Principal, b: Principal): boolean =>
  a.tenant === b.tenant &&
  (a.guest === undefined ? a.subject === b.subject : a.guest.linkId === b.guest?.linkId);

/**
 * Whether somebody who comes may be who has left. A guest's connection that names no session has a subject of its own, and only its link tells;
 * who names one is known by it.
 */
export const mayBeSamePerson = (left: string, comes: string): boolean =>
  left === comes || (isNameless(left) && isNameless(comes) && linkOf(left) === linkOf(comes));

const isNameless = (subject: string): boolean =>
  subject.startsWith(GUEST_SUBJECT_PREFIX) && !subject.includes(`:${SESSION_MARK}`);

const linkOf = (guest: string): string => guest.split(':', 2).join(':');

/**
 * Throws `forbidden` unless the principal may do in the tenant what needs `least`.
 *
 * For what belongs to no scene; what somebody may do on a scene `SceneAccess` alone knows.
 */
export function requireRole(principal: Principal, least: Role): void {
  if (principal.guest !== undefined)
    throw new DioramaError('forbidden', 'A share link opens its scene and nothing else');
  if (!allows(principal.role, least))
    throw new DioramaError('forbidden', `This needs the role ${least}; the token has ${principal.role}`);
}
