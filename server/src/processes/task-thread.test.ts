import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compiledEntry } from './compiled-entry.js';
import { TaskThread } from './task-thread.js';

const ANSWER_TASKS = compiledEntry(import.meta.url, './answer-tasks.js');
const ENTRY = `
  import { getHeapSpaceStatistics } from 'node:v8';
  import { threadId } from 'node:worker_threads';
  import { answerTasks } from ${JSON.stringify(ANSWER_TASKS)};
  answerTasks((task) => {
    if (task === 'which') return threadId;
    if (task === 'throw') throw new Error('it cannot be done');
    if (task === 'die') process.exit(1);
    let kept = [];
    for (let at = 0; at < 5e6; at++) {
      kept.push({ at });
      if (kept.length > 200_000) kept = [];
    }
    return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size;
  });`;

describe('a thread for work now and then', () => {
  let directory: string;
  let entry: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'diorama-thread-'));
    entry = join(directory, 'entry.mjs');
    await writeFile(entry, ENTRY);
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('OPS-17: ends when there has been nothing to do for a while, and starts again', async () => {
    const thread = new TaskThread<string, number>({ entry, name: 'tests', idleMs: 100 });
    const first = await thread.run('which');
    expect(await thread.run('which')).toBe(first);
    await delay(500);
    const second = await thread.run('which');
    expect(second).not.toBe(first);
    await thread.close();
  });

  it('OPS-17: does not end before its work', async () => {
    const thread = new TaskThread<string, number>({ entry, name: 'tests', idleMs: 1 });
    for (let time = 0; time < 5; time++) {
      await thread.run('which');
      expect(await Promise.all([thread.run('allocate'), thread.run('which')])).toHaveLength(2);
    }
    await thread.close();
  });

  it('OPS-17: has a few megabytes for objects that live a moment', async () => {
    const thread = new TaskThread<string, number>({ entry, name: 'tests' });
    expect(await thread.run('allocate')).toBeLessThan(10e6);
    await thread.close();
  });

  it('OPS-17: starts again when it has died, and fails what it was asked to do then', async () => {
    const thread = new TaskThread<string, number>({ entry, name: 'tests' });
    await expect(thread.run('throw')).rejects.toThrow('it cannot be done');
    await expect(thread.run('die')).rejects.toThrow('The thread of tests has ended');
    expect(await thread.run('which')).toBeGreaterThan(0);
    const closed = expect(thread.run('allocate')).rejects.toThrow('The thread of tests has ended');
    await thread.close();
    await closed;
  });
});
