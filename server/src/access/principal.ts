import { allows, DioramaError, type Role } from '@diorama/shared';

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
