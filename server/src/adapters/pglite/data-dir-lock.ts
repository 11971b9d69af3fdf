import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isRunning } from '../../processes/is-running.js';

const TAKEOVER_POLL_MS = 20;
const TAKEOVER_TIMEOUT_MS = 2_000;

/** Another process has the data directory open. */
export class DataDirInUseError extends Error {
  override readonly name = 'DataDirInUseError';
}

/** Fields of `/proc/pid/stat` (proc(5)), counted from field 3; undefined where there is no /proc, or no such process. */
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in field 2 may contain spaces and parentheses, so count from its end.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Clock ticks from boot to the start of a process. */
const startTimeOf = (pid: number): string | undefined => statOf(pid)?.[19];

/**
 * Whether all of a process has ended, though its parent has not collected it yet.
 *
 * The first thread of a killed process is a zombie while others may still be writing.
 */
function isZombie(pid: number): boolean {
  try {
    return statOf(pid)?.[0] === 'Z' && readdirSync(`/proc/${pid}/task`).length <= 1;
  } catch (error) {
    if (isMissing(error)) return true;
    throw error;
  }
}

const isMissing = (error: unknown): boolean =>
  ['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '');

const describe = (pid: number): string => `${pid} ${startTimeOf(pid) ?? '-'}`;

/** Whether the process that wrote `holder` still lives: a killed server must be able to start again at once. */
function isAlive(holder: string): boolean {
  const [pidText = '', startTime] = holder.trim().split(' ');
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid <= 0 || !isRunning(pid) || isZombie(pid)) return false;
  return startTime === '-' || startTimeOf(pid) === startTime;
}

const readHolder = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

/** Takes the lock file at `path`; the lock ends with `release`, or with this process. Throws {@link DataDirInUseError}. */
export async function lockDataDir(path: string): Promise<{ release(): Promise<void> }> {
  await mkdir(dirname(path), { recursive: true });
  const mine = describe(process.pid);
  const draft = `${path}.${process.pid}.${randomUUID()}`;
  await writeFile(draft, mine);
  try {
    // A link appears complete or not at all: nobody ever reads a half-written lock.
    while (!(await tryLink(draft, path))) {
      const holder = await readHolder(path);
      if (holder === undefined) continue;
      if (isAlive(holder))
        throw new DataDirInUseError(
          `The data directory is in use by process ${holder.split(' ')[0]} (lock file ${path})`,
        );
      await removeStale(path, draft);
    }
  } finally {
    await rm(draft, { force: true });
  }
  return { release: () => rm(path, { force: true }) };
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes a lock whose process is gone. One process at a time may do so: another's fresh lock must not be taken for the
 * stale one that was read a moment before.
 */
async function removeStale(path: string, draft: string): Promise<void> {
  const turn = `${path}.takeover`;
  for (let waited = 0; !(await tryLink(draft, turn)); waited += TAKEOVER_POLL_MS) {
    // Whoever had the turn was killed in the middle of it.
    if (waited >= TAKEOVER_TIMEOUT_MS) await rm(turn, { force: true });
    await delay(TAKEOVER_POLL_MS);
  }
  const holder = await readHolder(path);
  if (holder !== undefined && !isAlive(holder)) await rm(path, { force: true });
  await rm(turn, { force: true });
}
