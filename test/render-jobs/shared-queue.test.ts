import { describe, expect, it } from 'vitest';
import { settle } from '../../server/src/adapters/local-render-queue/settle.js';
import { type ClaimedRender, RenderLedger } from '../../server/src/render-jobs/render-ledger.js';
import { RenderQueueStage, TENANT, WAIT } from '../support/render-queue.js';

const stage = new RenderQueueStage();
const { startQueue, ask, read, until, untilBegun } = stage;

describe('render jobs where servers share the database', () => {
  const another = (): RenderLedger =>
    new RenderLedger({ database: stage.database, server: 'another', leaseSeconds: 60 });

  it('RND-37: a job that another server runs is left to it, and taken over when its lease has run out', async () => {
    startQueue({ workers: 0 });
    const jobId = await ask('succeed');
    expect((await another().claim('render-1:1'))?.task.job_id).toBe(jobId);
    await stage.queue.stop();
    startQueue({ shared: true, shareMs: 20 });
    const own = await until(await ask('succeed'), 'succeeded');
    expect(own.attempts).toBe(1);
    expect(await read(jobId)).toMatchObject({ status: 'running', attempts: 1 });
    await stage.database.query(`UPDATE render_jobs SET lease_until = now() WHERE job_id = $1`, [jobId]);
    expect(await until(jobId, 'succeeded')).toMatchObject({ attempts: 2 });
  });

  it('RND-37: a server that was taken for dead changes nothing any more, and leaves the picture of the other', async () => {
    startQueue({ workers: 0 });
    const jobId = await ask('succeed');
    const claimed = await another().claim('render-1:1');
    await stage.database.query(`UPDATE render_jobs SET lease_until = now() WHERE job_id = $1`, [jobId]);
    await stage.queue.stop();
    startQueue({ shared: true, shareMs: 20 });
    const done = await until(jobId, 'succeeded');
    const late = settle(
      claimed as ClaimedRender,
      { type: 'done', warnings: [] },
      { ledger: another(), files: stage.files },
    );
    expect(await late).toBe('cancelled');
    expect(await read(jobId)).toEqual(done);
    expect(await stage.objects.head(done.output?.key ?? '')).toBeDefined();
  });

  it('RND-37: a job that runs is renewed, and ends when it is cancelled through another server', async () => {
    startQueue({ shared: true, shareMs: 20 });
    const jobId = await ask('hang');
    const { worker } = await untilBegun(jobId);
    await stage.database.query(`UPDATE render_jobs SET lease_until = now() + interval '1 s'`);
    const left = async () => {
      const { rows } = await stage.database.query<{ left: number }>(
        'SELECT extract(epoch FROM lease_until - now())::int8 AS left FROM render_jobs',
      );
      return rows[0]?.left;
    };
    await expect.poll(left, WAIT).toBeGreaterThan(10);
    await stage.store.cancel(TENANT, jobId);
    const next = await until(await ask('succeed'), 'succeeded');
    expect(next.worker).not.toBe(worker);
  });

  it('RND-41: a server without workers counts on those that say that they have some, for as long as they say it', async () => {
    startQueue({ workers: 0, shared: true });
    const alone = {
      status: 'disabled',
      detail: 'RENDER_WORKERS is 0; no other server has workers that can render',
    };
    expect(await stage.queue.available()).toEqual(alone);
    await another().announce();
    expect(await stage.queue.available()).toEqual({ status: 'ready', detail: 'by workers of other servers' });
    expect(stage.queue.status().status).toBe('disabled');
    await stage.database.query('UPDATE render_servers SET until = now()');
    expect(await stage.queue.available()).toEqual(alone);
    await another().announce();
    await another().withdraw();
    expect(await stage.queue.available()).toEqual(alone);
  });

  it('RND-41: a server whose workers can render says so until it stops, and one whose workers cannot does not', async () => {
    startQueue({ shared: true, shareMs: 20 });
    await expect.poll(() => another().othersRender(), WAIT).toBe(true);
    await stage.queue.stop();
    expect(await another().othersRender()).toBe(false);
    startQueue({ shared: true, shareMs: 20 }, 'withoutDisplay');
    await expect.poll(() => stage.queue.status().status, WAIT).toBe('unavailable');
    await expect.poll(() => another().othersRender(), WAIT).toBe(false);
    await another().announce();
    expect((await stage.queue.available()).status).toBe('ready');
    await another().withdraw();
    expect((await stage.queue.available()).detail).toContain('apt-get install xvfb');
  });

  it('RND-37: a job that is queued through another server is found', async () => {
    startQueue({ shared: true, shareMs: 20 });
    const first = await until(await ask('succeed'), 'succeeded');
    const rest = stage.queue;
    const told = rest.enqueue.bind(rest);
    rest.enqueue = () => undefined;
    const jobId = await ask('succeed');
    rest.enqueue = told;
    expect(await until(jobId, 'succeeded')).toMatchObject({ attempts: first.attempts });
  });
});
