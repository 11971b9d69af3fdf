import { allows, DioramaError, SCHEMA_VERSION, type Role, type SceneDoc } from '@diorama/shared';

/**
 * Why somebody may not write what takes the role `least`; undefined when they may.
 *
 * `role` is undefined before the first connection: what is written then waits for the server to judge it.
 */
export function whyReadOnly(scene: SceneDoc, role: Role | undefined, least: Role): DioramaError | undefined {
  if (role !== undefined && !allows(role, least))
    return new DioramaError('read_only', `A ${role} may not edit this scene`);
  const { schemaVersion } = scene.settings();
  if (schemaVersion > SCHEMA_VERSION)
    return new DioramaError(
      'schema_too_new',
      `The scene is of schema version ${schemaVersion}, this program knows ${SCHEMA_VERSION}`,
    );
  return undefined;
}
