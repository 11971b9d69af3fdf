import type { Quat, Vec3 } from '@diorama/shared';
import { Euler, MathUtils, Quaternion } from 'three';

/** A quaternion as degrees around X, Y and Z, applied in three's order XYZ. */
export function degreesOfQuat(quat: Quat): Vec3 {
  const euler = new Euler().setFromQuaternion(new Quaternion(...quat).normalize(), 'XYZ');
  return [MathUtils.radToDeg(euler.x), MathUtils.radToDeg(euler.y), MathUtils.radToDeg(euler.z)];
}

export function quatOfDegrees([x, y, z]: Vec3): Quat {
  const euler = new Euler(MathUtils.degToRad(x), MathUtils.degToRad(y), MathUtils.degToRad(z), 'XYZ');
  return new Quaternion().setFromEuler(euler).toArray();
}

const SAME = 1e-6;

/**
 * The degrees to show for a rotation: those that were typed, as long as they still mean it.
 *
 * One rotation has many Euler angles; reading them back from the quaternion would turn a typed 0/120/0 into
 * 180/60/180.
 */
export function shownDegrees(quat: Quat, typed: Vec3 | null): Vec3 {
  if (typed !== null) {
    const angle = new Quaternion(...quatOfDegrees(typed)).angleTo(new Quaternion(...quat).normalize());
    if (angle < SAME) return typed;
  }
  return degreesOfQuat(quat);
}
