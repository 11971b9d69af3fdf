import { newRenderJobId, newSceneId, renderOutputKey, type RenderStatus } from '@diorama/shared';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FilesystemObjectStore } from '../../server/src/adapters/filesystem/filesystem-object-store.js';
import {
  LocalRenderQueue,
  type LocalRenderQueueOptions,
} from '../../server/src/adapters/local-render-queue/local-render-queue.js';
import { FetchedFiles } from '../../server/src/adapters/render-files/fetched-files.js';
import { SharedDirectory } from '../../server/src/adapters/render-files/shared-directory.js';
import { settle } from '../../server/src/adapters/local-render-queue/settle.js';
import { workerEnvironment } from '../../server/src/adapters/local-render-queue/worker-environment.js';
import { createRenderMetrics } from '../../server/src/observability/render-metrics.js';
import type { RenderJobRecord } from '../../server/src/render-jobs/render-job-record.js';
import { RenderJobStore } from '../../server/src/render-jobs/render-job-store.js';
import { type ClaimedRender, RenderLedger } from '../../server/src/render-jobs/render-ledger.js';
import { startMigratedPglite, type TestPglite } from '../support/pglite.js';
import { RemoteObjects } from '../support/remote-objects.js';
import { processesOf } from '../support/processes.js';

const ENTRY = fileURLToPath(new URL('../support/render-workers/obedient.mjs', import.meta.url));
const TENANT = 'acme';
const WAIT = { timeout: 20_000, interval: 20 };

let pglite: TestPglite;
let store: RenderJobStore;
let ledger: RenderLedger;
let folder: string;
let objects: FilesystemObjectStore;
let files: SharedDirectory;
let queue: LocalRenderQueue;
let log: string;

beforeAll(async () => {
  pglite = await startMigratedPglite();
  store = new RenderJobStore(pglite);
  ledger = new RenderLedger(pglite);
});
afterAll(() => pglite.stop());

beforeEach(async () => {
  await pglite.database.query('DELETE FROM render_jobs');
  folder = await mkdtemp(join(tmpdir(), 'diorama-renders-'));
  objects = new FilesystemObjectStore({ root: folder });
  files = new SharedDirectory({ objects, directory: folder });
  log = '';
});
afterEach(async () => {
  await queue.stop();
  expect(await processesOf(folder)).toEqual([]);
  await rm(folder, { recursive: true, force: true });
});

function startQueue(options: Partial<LocalRenderQueueOptions> = {}, start = 'normally'): void {
  queue = new LocalRenderQueue({
    ledger,
    files,
    logger: pino({ level: 'debug', base: null }, { write: (line: string) => (log += line) }),
    workers: 1,
    entry: ENTRY,
    restartMs: 1,
    restartMaxMs: 50,
    graceMs: 500,
    progressMs: 10,
    ...options,
    environment: {
      ...workerEnvironment(process.env, {
        objectsDir: (options.files ?? files).directory,
        dataDir: folder,
      }),
      ...(start === 'normally' ? {} : { START: start }),
    },
  });
  queue.start();
}

/** Queues a job with which the worker does the deed. */
async function ask(deed: string): Promise<string> {
  const jobId = newRenderJobId();
  const spec = {
    camera_config: { mode: 'auto' as const },
    output_format: 'png' as const,
    resolution: [64, 64] as [number, number],
    transparent_background: false,
  };
  await store.add({
    jobId,
    tenant: TENANT,
    sceneId: newSceneId(),
    spec,
    createdBy: 'ada',
    task: {
      ...spec,
      job_id: jobId,
      snapshot_key: deed,
      assets: {},
      output_key: renderOutputKey(TENANT, jobId, 'png'),
    },
  });
  queue.enqueue();
  return jobId;
}

async function read(jobId: string): Promise<RenderJobRecord> {
  const principal = { subject: 'ada', tenant: TENANT, name: 'Ada', role: 'owner' } as const;
  const record = await store.find(principal, jobId);
  if (record === undefined) throw new Error(`no job ${jobId}`);
  return record;
}

async function until(jobId: string, status: RenderStatus): Promise<RenderJobRecord> {
  await expect.poll(async () => (await read(jobId)).status, WAIT).toBe(status);
  return read(jobId);
}

/** Until the worker has said that it has begun. */
async function untilBegun(jobId: string): Promise<RenderJobRecord> {
  await expect.poll(async () => (await read(jobId)).progress, WAIT).toBeGreaterThan(0);
  return read(jobId);
}

async function cancel(jobId: string): Promise<void> {
  expect(await store.cancel(TENANT, jobId)).toMatchObject({ status: 'cancelled' });
  queue.cancel(jobId);
}

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
    await writeFile(join(folder, 'go'), '');
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
    await writeFile(join(folder, 'go'), '');
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
    expect(log).toContain('out of video memory');
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
    expect(await processesOf(folder)).toHaveLength(2);
    const { worker } = await read(jobId);
    await cancel(jobId);
    const next = await until(await ask('succeed'), 'succeeded');
    expect(next.worker).not.toBe(worker);
    expect(await processesOf(folder)).toEqual([String(pidOf(next))]);
    expect(await read(jobId)).toMatchObject({ status: 'cancelled', output: null, error: null });
  });

  it('RND-29: a queued job that is cancelled never runs', async () => {
    startQueue();
    const running = await ask('waitForGo');
    await untilBegun(running);
    const queued = await ask('succeed');
    await cancel(queued);
    await writeFile(join(folder, 'go'), '');
    await until(await ask('succeed'), 'succeeded');
    expect(await read(queued)).toMatchObject({ status: 'cancelled', attempts: 0, startedAt: null });
  });

  it('RND-30: jobs that a dead server left queued or running are taken up at the start', async () => {
    startQueue({ workers: 0 });
    const left = await ask('succeed');
    const queued = await ask('succeed');
    expect((await ledger.claim('render-1:1'))?.task.job_id).toBe(left);
    await queue.stop();
    startQueue();
    expect(await until(left, 'succeeded')).toMatchObject({ attempts: 2 });
    expect(await until(queued, 'succeeded')).toMatchObject({ attempts: 1 });
  });

  it('RND-30: a job in whose every attempt the server died is not tried for ever', async () => {
    startQueue({ workers: 0 });
    const jobId = await ask('succeed');
    for (let server = 1; server <= 3; server++) {
      if (server > 1) await ledger.recover();
      await ledger.claim(`render-1:${server}`);
    }
    await queue.stop();
    startQueue();
    expect(await until(jobId, 'failed')).toMatchObject({ attempts: 3, error: { code: 'render_failed' } });
  });

  describe('where servers share the database', () => {
    const another = (): RenderLedger =>
      new RenderLedger({ database: pglite.database, server: 'another', leaseSeconds: 60 });

    it('RND-37: a job that another server runs is left to it, and taken over when its lease has run out', async () => {
      startQueue({ workers: 0 });
      const jobId = await ask('succeed');
      expect((await another().claim('render-1:1'))?.task.job_id).toBe(jobId);
      await queue.stop();
      startQueue({ shared: true, shareMs: 20 });
      const own = await until(await ask('succeed'), 'succeeded');
      expect(own.attempts).toBe(1);
      expect(await read(jobId)).toMatchObject({ status: 'running', attempts: 1 });
      await pglite.database.query(`UPDATE render_jobs SET lease_until = now() WHERE job_id = $1`, [jobId]);
      expect(await until(jobId, 'succeeded')).toMatchObject({ attempts: 2 });
    });

    it('RND-37: a server that was taken for dead changes nothing any more, and leaves the picture of the other', async () => {
      startQueue({ workers: 0 });
      const jobId = await ask('succeed');
      const claimed = await another().claim('render-1:1');
      await pglite.database.query(`UPDATE render_jobs SET lease_until = now() WHERE job_id = $1`, [jobId]);
      await queue.stop();
      startQueue({ shared: true, shareMs: 20 });
      const done = await until(jobId, 'succeeded');
      const late = settle(
        claimed as ClaimedRender,
        { type: 'done', warnings: [] },
        { ledger: another(), files },
      );
      expect(await late).toBe('cancelled');
      expect(await read(jobId)).toEqual(done);
      expect(await objects.head(done.output?.key ?? '')).toBeDefined();
    });

    it('RND-37: a job that runs is renewed, and ends when it is cancelled through another server', async () => {
      startQueue({ shared: true, shareMs: 20 });
      const jobId = await ask('hang');
      const { worker } = await untilBegun(jobId);
      await pglite.database.query(`UPDATE render_jobs SET lease_until = now() + interval '1 s'`);
      const left = async () => {
        const { rows } = await pglite.database.query<{ left: number }>(
          'SELECT extract(epoch FROM lease_until - now())::int8 AS left FROM render_jobs',
        );
        return rows[0]?.left;
      };
      await expect.poll(left, WAIT).toBeGreaterThan(10);
      await store.cancel(TENANT, jobId);
      const next = await until(await ask('succeed'), 'succeeded');
      expect(next.worker).not.toBe(worker);
    });

    it('RND-41: a server without workers counts on those that say that they have some, for as long as they say it', async () => {
      startQueue({ workers: 0, shared: true });
      const alone = {
        status: 'disabled',
        detail: 'RENDER_WORKERS is 0; no other server has workers that can render',
      };
      expect(await queue.available()).toEqual(alone);
      await another().announce();
      expect(await queue.available()).toEqual({ status: 'ready', detail: 'by workers of other servers' });
      expect(queue.status().status).toBe('disabled');
      await pglite.database.query('UPDATE render_servers SET until = now()');
      expect(await queue.available()).toEqual(alone);
      await another().announce();
      await another().withdraw();
      expect(await queue.available()).toEqual(alone);
    });

    it('RND-41: a server whose workers can render says so until it stops, and one whose workers cannot does not', async () => {
      startQueue({ shared: true, shareMs: 20 });
      await expect.poll(() => another().othersRender(), WAIT).toBe(true);
      await queue.stop();
      expect(await another().othersRender()).toBe(false);
      startQueue({ shared: true, shareMs: 20 }, 'withoutDisplay');
      await expect.poll(() => queue.status().status, WAIT).toBe('unavailable');
      await expect.poll(() => another().othersRender(), WAIT).toBe(false);
      await another().announce();
      expect((await queue.available()).status).toBe('ready');
      await another().withdraw();
      expect((await queue.available()).detail).toContain('apt-get install xvfb');
    });

    it('RND-37: a job that is queued through another server is found', async () => {
      startQueue({ shared: true, shareMs: 20 });
      const first = await until(await ask('succeed'), 'succeeded');
      const rest = queue;
      const told = rest.enqueue.bind(rest);
      rest.enqueue = () => undefined;
      const jobId = await ask('succeed');
      rest.enqueue = told;
      expect(await until(jobId, 'succeeded')).toMatchObject({ attempts: first.attempts });
    });
  });

  describe('where the store is elsewhere', () => {
    let remote: RemoteObjects;
    let fetched: FetchedFiles;
    beforeEach(async () => {
      remote = new RemoteObjects(objects);
      const root = join(folder, 'cache');
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
      expect(new TextDecoder().decode(await objects.read(key))).toBe(`picture of ${jobId}`);
      await expect.poll(() => existsSync(join(fetched.directory, key)), WAIT).toBe(false);
    });

    it('RND-40: a store that is away for a moment costs no job, before it is rendered and after', async () => {
      remote.isAway = true;
      startQueue({ files: fetched });
      const jobId = await ask('waitForGo');
      await expect.poll(() => log, WAIT).toContain('could not be fetched');
      remote.isAway = false;
      await untilBegun(jobId);
      remote.isAway = true;
      await writeFile(join(fetched.directory, 'go'), '');
      await expect.poll(() => log, WAIT).toContain('could not write to its database or object store');
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
      await objects.put('waitForGo', new Uint8Array(10));
      remote.gate = new Promise(() => undefined);
      startQueue({ files: fetched });
      const cancelled = await ask('waitForGo');
      await expect.poll(() => remote.fetched.length, WAIT).toBe(1);
      await cancel(cancelled);
      const stopped = await ask('waitForGo');
      await expect.poll(() => remote.fetched.length, WAIT).toBe(2);
      await queue.stop();
      expect(await read(stopped)).toMatchObject({ status: 'queued', attempts: 0 });
      expect(await read(cancelled)).toMatchObject({ status: 'cancelled', output: null });
    });
  });

  it('RND-30: a server that stops queues its running job again, and the attempt does not count', async () => {
    startQueue();
    const jobId = await ask('hang');
    await untilBegun(jobId);
    await queue.stop();
    expect(await read(jobId)).toMatchObject({
      status: 'queued',
      attempts: 0,
      progress: 0,
      worker: null,
      startedAt: null,
    });
    expect(await processesOf(folder)).toEqual([]);
  });

  it('RND-31: while no worker can render, the queue says why, keeps the jobs, and tries again', async () => {
    startQueue({ unavailableMs: 100 }, 'withoutDisplay');
    expect(queue.status()).toEqual({ status: 'starting' });
    await expect.poll(() => queue.status().status, WAIT).toBe('unavailable');
    expect(queue.status().detail).toContain('apt-get install xvfb');
    const jobId = await ask('succeed');
    await writeFile(join(folder, 'display'), '');
    expect(await until(jobId, 'succeeded')).toMatchObject({ attempts: 1 });
    expect(queue.status()).toEqual({ status: 'ready' });
  });

  it('RND-31: a worker that finds its display later needs no restart', async () => {
    startQueue({}, 'withLateDisplay');
    await expect.poll(() => queue.status().status, WAIT).toBe('unavailable');
    await writeFile(join(folder, 'display'), '');
    await expect.poll(() => queue.status().status, WAIT).toBe('ready');
  });

  it('RND-31: a worker that cannot start or says nothing makes rendering unavailable, with its last words', async () => {
    startQueue({}, 'crashing');
    await expect.poll(() => queue.status().status, WAIT).toBe('unavailable');
    expect(queue.status().detail).toMatch(/exit code 1.*Cannot find libGL/);
    await queue.stop();
    startQueue({ startMs: 300 }, 'silently');
    await expect.poll(() => queue.status().detail, WAIT).toContain('said nothing');
    await queue.stop();
    startQueue({ entry: join(folder, 'no-such-worker.mjs') });
    await expect.poll(() => queue.status().detail, WAIT).toContain('no-such-worker');
  });

  it('RND-31: a job whose worker loses its display is queued again, and the attempt does not count', async () => {
    startQueue({ unavailableMs: 50 });
    expect(await until(await ask('loseDisplayOnce'), 'succeeded')).toMatchObject({ attempts: 1 });
  });

  it('RND-31: without workers rendering is disabled, and jobs wait', async () => {
    startQueue({ workers: 0 });
    expect(queue.status()).toEqual({ status: 'disabled', detail: 'RENDER_WORKERS is 0' });
    expect(await read(await ask('succeed'))).toMatchObject({ status: 'queued' });
  });

  it('RND-32: a worker finds no secret in its environment, and what it prints goes to the log', async () => {
    process.env['AUTH_JWT_SECRET'] = 'a secret of the server';
    startQueue();
    delete process.env['AUTH_JWT_SECRET'];
    const { output } = await until(await ask('tellEnvironment'), 'succeeded');
    const text = new TextDecoder().decode(await objects.read(output?.key ?? ''));
    const environment = JSON.parse(text) as Record<string, string>;
    expect(environment).toMatchObject({
      OBJECTS_DIR: folder,
      DIORAMA_DATA_DIR: folder,
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
    startQueue({ metrics: createRenderMetrics(registry, () => ledger.depth()) });
    await until(await ask('crashOnce'), 'succeeded');
    const running = await ask('waitForGo');
    await untilBegun(running);
    await ask('succeed');
    const metrics = await registry.metrics();
    expect(metrics).toContain('diorama_render_seconds_count{outcome="retried"} 1');
    expect(metrics).toContain('diorama_render_seconds_count{outcome="succeeded"} 1');
    expect(metrics).toContain('diorama_render_queue_depth 1');
    await writeFile(join(folder, 'go'), '');
  });
});
