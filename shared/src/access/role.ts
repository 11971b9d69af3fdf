import { z } from 'zod';

/** From most to least: each role may do all that the ones after it may. */
export const ROLES = ['owner', 'editor', 'commenter', 'viewer'] as const;
export const roleSchema = z.enum(ROLES).meta({ id: 'Role' });
export type Role = (typeof ROLES)[number];

/** Whether `role` may do what needs `least`. */
export const allows = (role: Role, least: Role): boolean => ROLES.indexOf(role) <= ROLES.indexOf(least);

/** The one of two roles that may do less. */
export const lesserRole = (a: Role, b: Role): Role => (allows(a, b) ? b : a);
