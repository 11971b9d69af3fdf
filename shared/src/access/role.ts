import { z } from 'zod';

/** From most to least: each role may do all that the ones after it may. */
export const ROLES = ['owner', 'editor', 'commenter', 'viewer'] as const;
export const roleSchema = z.enum(ROLES).meta({ id: 'Role' });
export type Role = (typeof ROLES)[number];

/** Whether `role` may do what needs `least`. */
export const allows = (role: Role, least: Role): boolean => ROLES.indexOf(role) <= ROLES.indexOf(least);
