import { existsSync, readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/**
 * Lets every other thread of the machine go first, where the system can tell threads apart (Linux).
 *
 * For work in the background that takes hundreds of milliseconds: with few cores, editors would feel it otherwise.
 */
export function lowerThreadPriority(): void {
  // Node does not tell a worker's thread id; this link is read by the very thread that asks.
  const link = '/proc/thread-self';
  if (!existsSync(link)) return;
  const thread = Number(readlinkSync(link).split('/').at(-1));
  setPriority(thread, constants.priority.PRIORITY_LOW);
}
