import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Another process has the data directory open. */
export class DataDirInUseError extends Error {
  override readonly name = 'DataDirInUseError';
}

/** Clock ticks from boot to the start of a process; null where there is no /proc, or no such process. */
function startTimeOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22; the name in field 2 may contain spaces and parentheses, so count from its end.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

const isMissing = (error: unknown): boolean =>
  ['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '');

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const describe = (pid: number): string => `${pid} ${startTimeOf(pid) ?? '-'}`;

/** Whether the process that wrote `holder` still lives: a killed server must be able to start again at once. */
function isAlive(holder: string): boolean {
  const [pidText = '', startTime] = holder.trim().split(' ');
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid <= 0 || !isRunning(pid)) return false;
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
  const draft = `${path}.${process.pid}`;
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
      await removeStale(path, holder);
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

/** Two servers that start together must not remove each other's fresh lock: what was moved away is looked at again. */
async function removeStale(path: string, holder: string): Promise<void> {
  const aside = `${path}.${process.pid}.stale`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  if ((await readHolder(aside)) !== holder) await tryLink(aside, path);
  await rm(aside, { force: true });
}
