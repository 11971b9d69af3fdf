import type { Role } from '@diorama/shared';

/** A row of the `scenes` table. */
export interface SceneRecord {
  readonly sceneId: string;
  readonly tenant: string;
  readonly name: string;
  readonly nodeCount: number;
  readonly headSeq: number;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What the scene's members say of one person. */
export interface Standing {
  /** A scene without members is open to its whole tenant. */
  readonly hasMembers: boolean;
  /** null for whoever is no member. */
  readonly memberRole: Role | null;
}

/** What a scene's members and links say of some subjects and links. */
export interface Standings {
  readonly tenant: string;
  readonly hasMembers: boolean;
  readonly memberRoles: ReadonlyMap<string, Role>;
  /** Those of the links that have not been revoked. */
  readonly links: ReadonlySet<string>;
}

/** Which scenes a tenant has. Whether somebody may see one is for `SceneAccess` to say. */
export interface SceneDirectory {
  /** undefined when there is none or it is another tenant's: callers cannot tell the two apart. */
  findFor(tenant: string, sceneId: string, subject: string): Promise<(SceneRecord & Standing) | undefined>;
  /** By scene; what does not exist is missing. */
  standings(
    sceneIds: readonly string[],
    subjects: readonly string[],
    linkIds: readonly string[],
  ): Promise<ReadonlyMap<string, Standings>>;
}
