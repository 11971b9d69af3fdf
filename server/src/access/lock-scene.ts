import type { SqlClient } from '../database/database.js';
import { SceneStore } from '../scenes/scene-store.js';
import type { Principal } from './principal.js';
import { SceneAccess, type SceneGrant } from './scene-access.js';

/**
 * What the principal may do on the scene, which stays so until the transaction ends: nobody else can change its members.
 *
 * Throws `scene_not_found`.
 */
export async function lockScene(tx: SqlClient, principal: Principal, sceneId: string): Promise<SceneGrant> {
  await tx.query('SELECT 1 FROM scenes WHERE tenant = $1 AND scene_id = $2 FOR NO KEY UPDATE', [
    principal.tenant,
    sceneId,
  ]);
  return new SceneAccess({ scenes: new SceneStore({ database: tx }) }).require(principal, sceneId);
}
