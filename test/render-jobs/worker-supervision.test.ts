import { renderOutputKey } from '@diorama/shared';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createRenderMetrics } from '../../server/src/observability/render-metrics.js';
import type { RenderJobRecord } from '../../server/src/render-jobs/render-job-record.js';
import { processesOf } from '../support/processes.js';
import { RenderQueueStage, TENANT, WAIT } from '../support/render-queue.js';

const stage = new RenderQueueStage();
const { startQueue, ask, read, until, untilBegun, cancel } = stage;

const pidOf = ({ worker }: RenderJobRecord): number => Number(worker?.split(':')[1]);

describe('render jobs on workers of this machine', () => {
  it('RND-24: a job runs to its end: progress, picture with its hash, warnings, times', async () => {
    startQueue();
    const done = await until(await ask('warn'), 'succeeded');
    expect(done).toMatchObject({
      progress: 1,
      stage: null,
      attempts: 1,
      warnings: ['chair.glb is gone'],
      error: null,
    });
    expect(done.output).toMatchObject({ key: renderOutputKey(TENANT, done.jobId, 'png'), size: 35 });
    expect(done.output?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(done.worker).toMatch(/^render-1:\d+$/);
    expect(Number(done.completedAt)).toBeGreaterThanOrEqual(Number(done.startedAt));
  });

  it('RND-24: progress is written while the job runs, within 0 and 1 whatever the worker says', async () => {
    startQueue();
    const jobId = await ask('exaggerate');
    await expect.poll(async () => (await read(jobId)).progress, WAIT).toBe(1);
    expect(await read(jobId)).toMatchObject({ status: 'running', stage: 'x'.repeat(200) });
    await writeFile(join(stage.folder, 'go'), '');
    await until(jobId, 'succeeded');
  });

  it('RND-25: the oldest job goes first, and as many run at once as there are workers', async () => {
    startQueue({ workers: 2 });
    const first = await ask('waitForGo');
    const second = await ask('waitForGo');
    await Promise.all([untilBegun(first), untilBegun(second)]);
    const third = await ask('succeed');
    const fourth = await ask('succeed');
    expect(new Set([pidOf(await read(first)), pidOf(await read(second))]).size).toBe(2);
    expect([(await read(third)).status, (await read(fourth)).status]).toEqual(['queued', 'queued']);
    await writeFile(join(stage.folder, 'go'), '');
    const [c, d] = await Promise.all([until(third, 'succeeded'), until(fourth, 'succeeded')]);
    expect(Number(c.startedAt)).toBeLessThanOrEqual(Number(d.startedAt));
  });

  it('RND-26: a worker that dies in the middle of a job is replaced, and the job succeeds', async () => {
    startQueue();
    const done = await until(await ask('crashOnce'), 'succeeded');
    expect(done).toMatchObject({ attempts: 2, error: null });
  });

  it('RND-26: a job over which three workers die has failed, and says how; the next job is not affected', async () => {
    startQueue();
    const killed = await until(await ask('crash'), 'failed');
    expect(killed).toMatchObject({
      attempts: 3,
      output: null,
      error: { code: 'render_failed', retryable: true },
    });
    expect(killed.error?.detail).toContain('SIGKILL');
    const left = await until(await ask('leaveWithLastWords'), 'failed');
    expect(left.error?.detail).toContain('exit code 3');
    expect(stage.log).toContain('out of video memory');
    await until(await ask('succeed'), 'succeeded');
  });

  it('RND-26: a worker that breaks the protocol is replaced as one that died', async () => {
    startQueue();
    expect(await until(await ask('babble'), 'failed')).toMatchObject({ attempts: 3 });
    await until(await ask('succeed'), 'succeeded');
  });

  it('RND-27: a job that takes too long is stopped with its worker, and not tried again', async () => {
    startQueue({ timeoutMs: 1_000 });
    const jobId = await ask('hang');
    const { worker } = await untilBegun(jobId);
    const stopped = await until(jobId, 'failed');
    expect(stopped).toMatchObject({ attempts: 1, worker, error: { code: 'render_failed' } });
    expect(stopped.error?.detail).toContain('longer than 1 seconds');
    const next = await until(await ask('succeed'), 'succeeded');
    expect(next.worker).not.toBe(worker);
  });

  it('RND-28: what the worker says of a failure is what the job says', async () => {
    startQueue();
    const failed = await until(await ask('fail'), 'failed');
    expect(failed).toMatchObject({
      attempts: 1,
      error: {
        code: 'asset_invalid',
        status: 422,
        detail: 'The model cannot be read',
        issues: [{ pointer: '/meshes/0', message: 'is broken' }],
      },
    });
  });

  it('RND-28: a job without a picture has not succeeded, whatever the worker says', async () => {
    startQueue();
    expect(await until(await ask('lie'), 'failed')).toMatchObject({
      output: null,
      error: { code: 'render_failed' },
    });
  });

  it('RND-29: cancelling a running job ends its worker and all that it started, and leaves no picture', async () => {
    startQueue();
    const jobId = await ask('startSomethingAndHang');
    await expect.poll(async () => (await read(jobId)).stage, WAIT).toMatch(/^started \d+/);
    expect(await processesOf(stage.folder)).toHaveLength(2);
    const { worker } = await read(jobId);
    await cancel(jobId);
    const next = await until(await ask('succeed'), 'succeeded');
    expect(next.worker).not.toBe(worker);
    expect(await processesOf(stage.folder)).toEqual([String(pidOf(next))]);
    expect(await read(jobId)).toMatchObject({ status: 'cancelled', output: null, error: null });
  });

  it('RND-29: a queued job that is cancelled never runs', async () => {
    startQueue();
    const running = await ask('waitForGo');
    await untilBegun(running);
    const queued = await ask('succeed');
    await cancel(queued);
    await writeFile(join(stage.folder, 'go'), '');
    await until(await ask('succeed'), 'succeeded');
    expect(await read(queued)).toMatchObject({ status: 'cancelled', attempts: 0, startedAt: null });
  });

  it('RND-30: jobs that a dead server left queued or running are taken up at the start', async () => {
    startQueue({ workers: 0 });
    const left = await ask('succeed');
    const queued = await ask('succeed');
    expect((await stage.ledger.claim('render-1:1'))?.task.job_id).toBe(left);
    await stage.queue.stop();
    startQueue();
    expect(await until(left, 'succeeded')).toMatchObject({ attempts: 2 });
    expect(await until(queued, 'succeeded')).toMatchObject({ attempts: 1 });
  });

  it('RND-30: a job in whose every attempt the server died is not tried for ever', async () => {
    startQueue({ workers: 0 });
    const jobId = await ask('succeed');
    for (let server = 1; server <= 3; server++) {
      if (server > 1) await stage.ledger.recover();
      await stage.ledger.claim(`render-1:${server}`);
    }
    await stage.queue.stop();
    startQueue();
    expect(await until(jobId, 'failed')).toMatchObject({ attempts: 3, error: { code: 'render_failed' } });
  });

  it('RND-30: a server that stops queues its running job again, and the attempt does not count', async () => {
    startQueue();
    const jobId = await ask('hang');
    await untilBegun(jobId);
    await stage.queue.stop();
    expect(await read(jobId)).toMatchObject({
      status: 'queued',
      attempts: 0,
      progress: 0,
      worker: null,
      startedAt: null,
    });
    expect(await processesOf(stage.folder)).toEqual([]);
  });

  it('RND-32: a worker finds no secret in its environment, and what it prints goes to the log', async () => {
    process.env['AUTH_JWT_SECRET'] = 'a secret of the server';
    startQueue();
    delete process.env['AUTH_JWT_SECRET'];
    const { output } = await until(await ask('tellEnvironment'), 'succeeded');
    const text = new TextDecoder().decode(await stage.objects.read(output?.key ?? ''));
    const environment = JSON.parse(text) as Record<string, string>;
    expect(environment).toMatchObject({
      OBJECTS_DIR: stage.folder,
      DIORAMA_DATA_DIR: stage.folder,
      PATH: process.env['PATH'],
    });
    const allowed =
      /^(PATH|HOME|LANG|TMPDIR|LD_LIBRARY_PATH|DISPLAY|XAUTHORITY|LIBGL_.*|GALLIUM_DRIVER|RENDER_WORKER_MAX_RSS_BYTES|OBJECTS_DIR|DIORAMA_DATA_DIR|NODE_CHANNEL_.*|NODE_UNIQUE_ID)$/;
    expect(Object.keys(environment).filter((name) => !allowed.test(name))).toEqual([]);
  });

  it('RND-33: a worker is replaced after its share of jobs', async () => {
    startQueue({ jobsPerWorker: 2 });
    const pids: number[] = [];
    for (let i = 0; i < 4; i++) pids.push(pidOf(await until(await ask('succeed'), 'succeeded')));
    expect(pids[0]).toBe(pids[1]);
    expect(pids[2]).toBe(pids[3]);
    expect(pids[0]).not.toBe(pids[2]);
  });

  it('RND-33: a worker that leaves after a job is replaced, and the job that crossed its way loses no attempt', async () => {
    startQueue();
    const jobIds = await Promise.all(Array.from({ length: 4 }, () => ask('finishAndLeave')));
    const done = await Promise.all(jobIds.map((jobId) => until(jobId, 'succeeded')));
    expect(done.map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1]);
    expect(new Set(done.map(pidOf)).size).toBe(4);
  });

  it('RND-34: seconds of attempts and the jobs that wait are measured', async () => {
    const registry = new Registry();
    startQueue({ metrics: createRenderMetrics(registry, () => stage.ledger.depth()) });
    await until(await ask('crashOnce'), 'succeeded');
    const running = await ask('waitForGo');
    await untilBegun(running);
    await ask('succeed');
    const metrics = await registry.metrics();
    expect(metrics).toContain('diorama_render_seconds_count{outcome="retried"} 1');
    expect(metrics).toContain('diorama_render_seconds_count{outcome="succeeded"} 1');
    expect(metrics).toContain('diorama_render_queue_depth 1');
    await writeFile(join(stage.folder, 'go'), '');
  });
});

describe('whether workers can render', () => {
  it('RND-31: while no worker can render, the queue says why, keeps the jobs, and tries again', async () => {
    startQueue({ unavailableMs: 100 }, 'withoutDisplay');
    expect(stage.queue.status()).toEqual({ status: 'starting' });
    await expect.poll(() => stage.queue.status().status, WAIT).toBe('unavailable');
    expect(stage.queue.status().detail).toContain('apt-get install xvfb');
    const jobId = await ask('succeed');
    await writeFile(join(stage.folder, 'display'), '');
    expect(await until(jobId, 'succeeded')).toMatchObject({ attempts: 1 });
    expect(stage.queue.status()).toEqual({ status: 'ready' });
  });

  it('RND-31: a worker that finds its display later needs no restart', async () => {
    startQueue({}, 'withLateDisplay');
    await expect.poll(() => stage.queue.status().status, WAIT).toBe('unavailable');
    await writeFile(join(stage.folder, 'display'), '');
    await expect.poll(() => stage.queue.status().status, WAIT).toBe('ready');
  });

  it('RND-31: a worker that cannot start or says nothing makes rendering unavailable, with its last words', async () => {
    startQueue({}, 'crashing');
    await expect.poll(() => stage.queue.status().status, WAIT).toBe('unavailable');
    expect(stage.queue.status().detail).toMatch(/exit code 1.*Cannot find libGL/);
    await stage.queue.stop();
    startQueue({ startMs: 300 }, 'silently');
    await expect.poll(() => stage.queue.status().detail, WAIT).toContain('said nothing');
    await stage.queue.stop();
    startQueue({ entry: join(stage.folder, 'no-such-worker.mjs') });
    await expect.poll(() => stage.queue.status().detail, WAIT).toContain('no-such-worker');
  });

  it('RND-31: a job whose worker loses its display is queued again, and the attempt does not count', async () => {
    startQueue({ unavailableMs: 50 });
    expect(await until(await ask('loseDisplayOnce'), 'succeeded')).toMatchObject({ attempts: 1 });
  });

  it('RND-31: without workers rendering is disabled, and jobs wait', async () => {
    startQueue({ workers: 0 });
    expect(stage.queue.status()).toEqual({ status: 'disabled', detail: 'RENDER_WORKERS is 0' });
    expect(await read(await ask('succeed'))).toMatchObject({ status: 'queued' });
  });
});
