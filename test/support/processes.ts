import { readdir, readFile } from 'node:fs/promises';

/** The processes whose environment names the data directory: the server and whatever it started. */
export async function processesOf(dataDir: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(
      (error: NodeJS.ErrnoException) => {
        // A process that has ended, or is not ours to read, is none of the server's.
        if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(error.code ?? '')) return '';
        throw error;
      },
    );
    if (environment.split('\0').includes(`DIORAMA_DATA_DIR=${dataDir}`)) found.push(pid);
  }
  return found;
}

/** Resident memory of a process, on Linux. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
