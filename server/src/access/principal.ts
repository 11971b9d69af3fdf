import { allows, DioramaError, type Role } from '@diorama/shared';

/** Who calls, and whose data they may see. */
export interface Principal {
  readonly subject: string;
  readonly tenant: string;
  readonly name: string;
  /** The most that the principal may do on any scene of the tenant. */
  readonly role: Role;
}

/** Throws `forbidden` unless the principal's role includes what `least` may do. */
export function requireRole(principal: Principal, least: Role): void {
  if (!allows(principal.role, least))
    throw new DioramaError('forbidden', `This needs the role ${least}; the token has ${principal.role}`);
}
