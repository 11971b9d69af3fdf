import type { DioramaError } from '@diorama/shared';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { InspectorPool, type InspectorPoolOptions } from './inspector-pool.js';
import { eventually } from '../../../../test/support/eventually.js';

const entry = fileURLToPath(new URL('../../../../test/support/inspectors/misbehaving.mjs', import.meta.url));
const logger = pino({ level: 'silent' });
let pool: InspectorPool;

const open = (options: Partial<InspectorPoolOptions> = {}): void => {
  pool = new InspectorPool({ logger, entry, size: 1, ...options });
};
/** Resolves with the process's id, or with the code of the error. */
const ask = async (location: string): Promise<unknown> => {
  try {
    return await pool.run('picture', { location });
  } catch (error) {
    return (error as DioramaError).code;
  }
};
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

afterEach(() => pool.close());

describe('the inspector pool', () => {
  it('AST-15: one process serves many jobs', async () => {
    open();
    const first = await ask('answer');
    expect(await Promise.all([ask('answer'), ask('answer')])).toEqual([first, first]);
    expect(pool.pids()).toEqual([first]);
  });

  it.each(['crash', 'leave'])('AST-15: a file that makes the process %s fails alone', async (deed) => {
    open();
    const [bad, good] = await Promise.all([ask(deed), ask('answer')]);
    expect(bad).toBe('asset_processing_failed');
    expect(good).toBeTypeOf('number');
  });

  it('AST-15: a file that takes too long fails, and its process is killed though it never yields', async () => {
    open({ timeoutMs: 1_000 });
    const busy = ask('hang');
    await eventually(() => expect(pool.pids()).toHaveLength(1));
    const [pid] = pool.pids();
    const next = ask('answer');
    expect(await busy).toBe('asset_processing_failed');
    expect(await next).not.toBe(pid);
    // On a busy machine another process may answer before this one has had the time to end.
    await eventually(() => expect(isAlive(pid!)).toBe(false));
  });

  it('AST-15: memory is bounded, of native decoders as of the heap', async () => {
    open({ memoryBytes: 300 << 20, heapBytes: 64 << 20 });
    await expect(pool.run('picture', { location: 'grow' })).rejects.toThrow(/more memory than is allowed/);
    await expect(pool.run('picture', { location: 'heap' })).rejects.toThrow(/more memory than is allowed/);
    expect(await ask('answer')).toBeTypeOf('number');
  });

  it('AST-15: a process is replaced after its share of jobs, and ends when it is idle', async () => {
    open({ jobsPerProcess: 2, idleMs: 1 });
    const seen = [await ask('answer'), await ask('answer'), await ask('answer')];
    expect(new Set(seen).size).toBeGreaterThan(1);
    await eventually(() => expect(pool.pids()).toEqual([]));
  });

  it('AST-15: closing ends jobs that run and refuses those that wait', async () => {
    open();
    const running = ask('hang');
    const waiting = ask('answer');
    await eventually(() => expect(pool.pids()).toHaveLength(1));
    const [pid] = pool.pids();
    await pool.close();
    expect(await Promise.all([running, waiting, ask('answer')])).toEqual([
      'asset_processing_failed',
      'draining',
      'draining',
    ]);
    expect(isAlive(pid!)).toBe(false);
  });

  it('AST-15: a busy process ends by itself when its server is killed', async () => {
    open();
    const host = fork(entry.replace('misbehaving', 'host'), [entry], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const [{ pid }] = (await once(host, 'message')) as [{ pid: number }];
    expect(isAlive(pid)).toBe(true);
    host.kill('SIGKILL');
    await eventually(() => expect(isAlive(pid)).toBe(false));
  });
});
