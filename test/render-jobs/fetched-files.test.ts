import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderOutputKey } from '@diorama/shared';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { FetchedFiles } from '../../server/src/adapters/render-files/fetched-files.js';
import { RemoteObjects } from '../support/remote-objects.js';
import { RenderQueueStage, TENANT, WAIT } from '../support/render-queue.js';

const stage = new RenderQueueStage();
const { startQueue, ask, read, until, untilBegun, cancel } = stage;

describe('render jobs where the store is elsewhere', () => {
  let remote: RemoteObjects;
  let fetched: FetchedFiles;
  beforeEach(async () => {
    remote = new RemoteObjects(stage.objects);
    const root = join(stage.folder, 'cache');
    fetched = await FetchedFiles.open({
      ...{ objects: remote, root, maxBytes: 1 << 20 },
      logger: pino({ level: 'silent' }),
    });
  });

  it('RND-38: the picture is in the store when the job has succeeded, and nowhere else', async () => {
    startQueue({ files: fetched });
    const { output, jobId } = await until(await ask('succeed'), 'succeeded');
    const key = renderOutputKey(TENANT, jobId, 'png');
    expect(output).toMatchObject({ key, size: 35 });
    expect(new TextDecoder().decode(await stage.objects.read(key))).toBe(`picture of ${jobId}`);
    await expect.poll(() => existsSync(join(fetched.directory, key)), WAIT).toBe(false);
  });

  it('RND-40: a store that is away for a moment costs no job, before it is rendered and after', async () => {
    remote.isAway = true;
    startQueue({ files: fetched });
    const jobId = await ask('waitForGo');
    await expect.poll(() => stage.log, WAIT).toContain('could not be fetched');
    remote.isAway = false;
    await untilBegun(jobId);
    remote.isAway = true;
    await writeFile(join(fetched.directory, 'go'), '');
    await expect.poll(() => stage.log, WAIT).toContain('could not write to its database or object store');
    expect(await read(jobId)).toMatchObject({ status: 'running' });
    remote.isAway = false;
    expect(await until(jobId, 'succeeded')).toMatchObject({ attempts: 1 });
  });

  it('RND-40: a store that stays away for as long as a job may take fails it with storage_unavailable', async () => {
    remote.isAway = true;
    startQueue({ files: fetched, timeoutMs: 300 });
    const failed = await until(await ask('succeed'), 'failed');
    expect(failed).toMatchObject({ attempts: 1, error: { code: 'storage_unavailable', retryable: true } });
  });

  it('RND-29, RND-30: while its files are fetched a job can be cancelled, and goes back to the queue at a stop', async () => {
    await stage.objects.put('waitForGo', new Uint8Array(10));
    remote.gate = new Promise(() => undefined);
    startQueue({ files: fetched });
    const cancelled = await ask('waitForGo');
    await expect.poll(() => remote.fetched.length, WAIT).toBe(1);
    await cancel(cancelled);
    const stopped = await ask('waitForGo');
    await expect.poll(() => remote.fetched.length, WAIT).toBe(2);
    await stage.queue.stop();
    expect(await read(stopped)).toMatchObject({ status: 'queued', attempts: 0 });
    expect(await read(cancelled)).toMatchObject({ status: 'cancelled', output: null });
  });
});
