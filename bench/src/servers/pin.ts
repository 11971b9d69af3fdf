import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { treeOf } from '../load/processes.js';

/** Servers and their databases run on the first core, the load on the second. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

/** Whether processes can be kept apart here. */
export const canPin = cpus().length >= 2 && spawnSync('taskset', ['--version']).status === 0;

/** Moves a process with all its threads and children to a core; what they start later stays there. */
export function pin(pid: number, core: number): void {
  if (!canPin) return;
  for (const each of treeOf([pid])) spawnSync('taskset', ['-a', '-p', '-c', String(core), String(each)]);
}
