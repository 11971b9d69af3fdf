import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of `/proc/<pid>/stat` in a second: USER_HZ, 100 on every Linux that runs Node. */
const TICKS_PER_SECOND = 100;

interface Stat {
  readonly parent: number;
  readonly cpuSeconds: number;
}

/** A process that has ended meanwhile has no file any more. */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

function statOf(pid: number): Stat | undefined {
  const text = readProc(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name in brackets may hold anything; field 3 follows it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    parent: Number(fields[1]),
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
  };
}

/** The processes and all their descendants. */
export function treeOf(roots: readonly number[]): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const stat = Number.isInteger(pid) ? statOf(pid) : undefined;
    if (stat !== undefined) children.set(stat.parent, [...(children.get(stat.parent) ?? []), pid]);
  }
  const found: number[] = [];
  const toLookAt = [...roots];
  for (let pid = toLookAt.pop(); pid !== undefined; pid = toLookAt.pop()) {
    found.push(pid);
    toLookAt.push(...(children.get(pid) ?? []));
  }
  return found;
}

/** Measures the CPU seconds that process trees use from now on; processes that start later count whole. */
export function startCpuMeter(roots: readonly number[]): () => number {
  const usage = (): Map<number, number> =>
    new Map(treeOf(roots).map((pid) => [pid, statOf(pid)?.cpuSeconds ?? 0]));
  const before = usage();
  return () => {
    let used = 0;
    for (const [pid, seconds] of usage()) used += seconds - (before.get(pid) ?? 0);
    return used;
  };
}

/** Resident bytes of one process. */
export function residentBytes(pid: number): number {
  const text = readProc(`/proc/${pid}/status`) ?? '';
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1] ?? NaN) * 1024;
}
