import { allows, DioramaError, lesserRole, sceneIdSchema, type Role } from '@diorama/shared';
import type { SceneDirectory, SceneRecord, Standing } from '../scenes/scene-directory.js';
import type { Principal } from './principal.js';

/** A scene that somebody may see, and what they may do on it. */
export interface SceneGrant {
  readonly scene: SceneRecord;
  /** The effective role: never more than the token's, nor than the member's or the link's. */
  readonly role: Role;
  readonly hasMembers: boolean;
}

/**
 * What `principal` may do on a scene; undefined when it is to be unknown to them.
 *
 * A scene is open to its tenant until it has its first member, and then to its members alone. Guests come by a link,
 * whatever the members are. `principal` is as its token says, not narrowed to some scene already.
 */
export function effectiveRole(
  principal: Principal,
  scene: Standing & { readonly sceneId: string },
): Role | undefined {
  const { guest, role } = principal;
  if (guest !== undefined) return guest.sceneId === scene.sceneId ? role : undefined;
  if (!scene.hasMembers) return role;
  return scene.memberRole === null ? undefined : lesserRole(role, scene.memberRole);
}

/**
 * {@link effectiveRole} as a condition on rows of `scenes s` of the principal's tenant, for lists.
 *
 * `subject` and `guestScene` are the placeholders of {@link visibilityParams}.
 */
export const visibleSql = (subject: string, guestScene: string): string => `CASE
  WHEN ${guestScene}::text IS NOT NULL THEN s.scene_id = ${guestScene}::text
  ELSE NOT EXISTS (SELECT 1 FROM scene_members m WHERE m.scene_id = s.scene_id)
    OR EXISTS (SELECT 1 FROM scene_members m WHERE m.scene_id = s.scene_id AND m.subject = ${subject}::text) END`;

export const visibilityParams = ({ subject, guest }: Principal): [string, string | null] => [
  subject,
  guest?.sceneId ?? null,
];

/** Somebody who is on a scene already. */
export interface AccessCase {
  readonly sceneId: string;
  readonly principal: Principal;
}

export type AccessVerdict = Role | 'scene_not_found' | 'forbidden';

/** The one place that says who may do what on a scene. Roles are looked up, never taken from a client. */
export class SceneAccess {
  readonly #scenes: SceneDirectory;

  constructor(options: { readonly scenes: SceneDirectory }) {
    this.#scenes = options.scenes;
  }

  /** undefined when there is no such scene for this principal: nobody can tell why. */
  async find(principal: Principal, sceneId: string): Promise<SceneGrant | undefined> {
    if (!sceneIdSchema.safeParse(sceneId).success) return undefined;
    const scene = await this.#scenes.findFor(principal.tenant, sceneId, principal.subject);
    const role = scene && effectiveRole(principal, scene);
    return role && { scene, role, hasMembers: scene.hasMembers };
  }

  /** What each of these may do now, or why they are to leave, in the same order. */
  async verdicts(cases: readonly AccessCase[]): Promise<AccessVerdict[]> {
    const standings = await this.#scenes.standings(
      [...new Set(cases.map(({ sceneId }) => sceneId))],
      [...new Set(cases.map(({ principal }) => principal.subject))],
      [...new Set(cases.flatMap(({ principal }) => principal.guest?.linkId ?? []))],
    );
    return cases.map(({ sceneId, principal }) => {
      const scene = standings.get(sceneId);
      if (scene === undefined) return 'scene_not_found';
      const { guest, subject, tenant } = principal;
      if (scene.tenant !== tenant || (guest !== undefined && !scene.links.has(guest.linkId)))
        return 'forbidden';
      const { hasMembers, memberRoles } = scene;
      const memberRole = memberRoles.get(subject) ?? null;
      return effectiveRole(principal, { sceneId, hasMembers, memberRole }) ?? 'forbidden';
    });
  }

  /** Throws `scene_not_found`, or `forbidden` for less than `least`. */
  async require(principal: Principal, sceneId: string, least: Role = 'viewer'): Promise<SceneGrant> {
    const grant = await this.find(principal, sceneId);
    if (grant === undefined) throw new DioramaError('scene_not_found', `There is no scene ${sceneId}`);
    requireSceneRole(grant.role, least);
    return grant;
  }
}

/** Throws `forbidden` when `role` may not do on a scene what needs `least`. */
export function requireSceneRole(role: Role, least: Role): void {
  if (!allows(role, least))
    throw new DioramaError('forbidden', `This needs the role ${least} on the scene; yours is ${role}`);
}
