import { DioramaError, type Role } from '@diorama/shared';
import type { Database, SqlClient } from '../database/database.js';
import type { PageRequest } from '../http/cursor.js';
import type { AccessChanges } from './access-changes.js';
import { MemberStore, type ListedMember, type MemberRecord } from './member-store.js';
import type { Principal } from './principal.js';
import { requireSceneRole, type SceneAccess, type SceneGrant } from './scene-access.js';
import { lockScene } from './lock-scene.js';

export interface MembersOptions {
  readonly database: Database;
  readonly access: SceneAccess;
  readonly changes: AccessChanges;
}

export interface MemberChange {
  readonly role: Role;
  readonly name?: string | undefined;
}

/**
 * Who is a member of which scene.
 *
 * Every change asks again what the caller may do under a lock on the scene: two owners who demote each other at once
 * leave one of them.
 */
export class Members {
  readonly #options: MembersOptions;

  constructor(options: MembersOptions) {
    this.#options = options;
  }

  /** For everybody who may see the scene but guests. */
  async list(
    principal: Principal,
    sceneId: string,
    page: PageRequest,
  ): Promise<{ rows: ListedMember[]; hasMembers: boolean }> {
    const { hasMembers } = await this.#options.access.require(principal, sceneId);
    refuseGuests(principal);
    const rows = await new MemberStore({ client: this.#options.database, sceneId }).list(page);
    return { rows, hasMembers };
  }

  /** Throws `scene_not_found`, `forbidden`, `last_owner`. */
  async put(
    principal: Principal,
    sceneId: string,
    subject: string,
    { role, name }: MemberChange,
  ): Promise<{ member: MemberRecord; isNew: boolean }> {
    const result = await this.#change(principal, sceneId, async (members, grant) => {
      refuseGuests(principal);
      requireSceneRole(grant.role, 'owner');
      const by = principal.subject;
      if (!grant.hasMembers) {
        // Nobody closes a scene to whoever made it, nor to themselves.
        await members.put(grant.scene.createdBy, 'owner', undefined, by);
        await members.put(by, 'owner', principal.name, by);
      }
      const before = grant.hasMembers ? await members.find(subject) : undefined;
      if (role !== 'owner' && !(await members.hasOwnerBeside(subject))) throw lastOwner(subject);
      return { member: await members.put(subject, role, name, by), isNew: before === undefined };
    });
    await this.#options.changes.publish(sceneId);
    return result;
  }

  /** Throws `scene_not_found`, `member_not_found`, `forbidden`, `last_owner`. */
  async remove(principal: Principal, sceneId: string, subject: string): Promise<void> {
    await this.#change(principal, sceneId, async (members, { role }) => {
      refuseGuests(principal);
      if (subject !== principal.subject) requireSceneRole(role, 'owner');
      if ((await members.find(subject)) === undefined)
        throw new DioramaError('member_not_found', `${subject} is no member of the scene`);
      if (!(await members.hasOwnerBeside(subject))) throw lastOwner(subject);
      await members.delete(subject);
    });
    await this.#options.changes.publish(sceneId);
  }

  #change<T>(
    principal: Principal,
    sceneId: string,
    work: (members: MemberStore, grant: SceneGrant) => Promise<T>,
  ): Promise<T> {
    return this.#options.database.transaction(async (tx: SqlClient) => {
      const grant = await lockScene(tx, principal, sceneId);
      return work(new MemberStore({ client: tx, sceneId }), grant);
    });
  }
}

const lastOwner = (subject: string): DioramaError =>
  new DioramaError('last_owner', `${subject} is the only owner of the scene: make somebody else one first`);

function refuseGuests({ guest }: Principal): void {
  if (guest !== undefined) throw new DioramaError('forbidden', 'Guests do not see who else has access');
}
