import { isNodeId } from '../ids.js';
import { ORDER_MAX_LENGTH } from '../scene/pose.js';

const areNumbers = (value: unknown, length: number): boolean => {
  if (!Array.isArray(value) || value.length !== length) return false;
  for (let at = 0; at < length; at++) if (!Number.isFinite(value[at])) return false;
  return true;
};

/**
 * Whether `value` certainly is a pose that says nothing but a pose.
 *
 * Poses are most of what editors write: this takes a tenth of the time of the schema, which judges whatever this does not pass.
 */
export function isPlainPose(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return false;
  // What stands below a key `__proto__` decoders make the prototype, and it reads like keys of its own; encoded it is gone.
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const key in value) {
    const part: unknown = (value as Record<string, unknown>)[key];
    let good = false;
    switch (key) {
      case 'translation':
      case 'scale':
        good = areNumbers(part, 3);
        break;
      case 'rotation':
        good = areNumbers(part, 4);
        break;
      case 'order':
        good = typeof part === 'string' && part.length <= ORDER_MAX_LENGTH;
        break;
      case 'parent':
        good = part === null || (typeof part === 'string' && isNodeId(part));
    }
    if (!good) return false;
  }
  return true;
}
