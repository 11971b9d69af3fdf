import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataDirInUseError, lockDataDir } from './data-dir-lock.js';

describe('the lock of the data directory', () => {
  let home: string;
  let path: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'diorama-lock-'));
    path = join(home, 'database.lock');
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  it('LOG-14: keeps others out until it is released, and leaves nothing behind', async () => {
    const lock = await lockDataDir(path);
    await expect(lockDataDir(path)).rejects.toThrow(DataDirInUseError);
    await expect(lockDataDir(path)).rejects.toThrow(`process ${process.pid}`);
    await lock.release();
    expect(await readdir(home)).toEqual([]);
    await (await lockDataDir(path)).release();
  });

  it('LOG-14: is taken over at once from a process that was killed', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(child, 'spawn');
    await writeFile(path, `${child.pid} -`);
    await expect(lockDataDir(path)).rejects.toThrow(DataDirInUseError);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await lockDataDir(path)).release();
  });

  it.runIf(process.platform === 'linux')(
    'LOG-14: is taken over at once from a killed process whose parent has not collected it',
    async () => {
      const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec sleep 1000']);
      try {
        const [line] = (await once(parent.stdout, 'data')) as [Buffer];
        const pid = Number(line.toString());
        await writeFile(path, `${pid} -`);
        await expect(lockDataDir(path)).rejects.toThrow(DataDirInUseError);
        process.kill(pid, 'SIGKILL');
        await expect.poll(() => readFile(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ');
        await (await lockDataDir(path)).release();
      } finally {
        parent.kill('SIGKILL');
      }
    },
  );

  it('LOG-14: is taken over when another process has got the number of the one that held it', async () => {
    await writeFile(path, `${process.pid} 1`);
    await (await lockDataDir(path)).release();
  });

  it('LOG-14: is taken over from a file that says nothing', async () => {
    await writeFile(path, '');
    await (await lockDataDir(path)).release();
  });

  it('LOG-14: of several who find a stale lock, one gets it', async () => {
    await writeFile(path, '999999999 1');
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => lockDataDir(path)));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  });
});
