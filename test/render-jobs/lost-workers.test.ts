import type { Problem, RenderJob } from '@diorama/shared';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { Http } from '../support/http.js';
import { processesOf } from '../support/processes.js';
import { createRender, renderUntil, workerPid } from '../support/render-client.js';
import { startServer, type ServerProcess } from '../support/server-process.js';

const SMALL: [number, number] = [64, 48];
const BOX = { document: { nodes: { box: { kind: 'primitive' } } } };

interface Ready {
  readonly status: string;
  readonly checks: Readonly<Record<string, { readonly status: string; readonly detail?: string }>>;
}

/** Stops the worker where it stands, so that the job it is given is under way until the test says otherwise. */
async function renderOnStoppedWorker(server: ServerProcess): Promise<{ job: RenderJob; pid: number }> {
  const http = new Http(server);
  await renderingIs(http, 'ready');
  const pid = await workerOf(server);
  process.kill(pid, 'SIGSTOP');
  const { scene_id } = await http.createScene(BOX);
  const { job_id } = await createRender(http, { scene_id, resolution: SMALL });
  return { job: await renderUntil(http, job_id, 'running'), pid };
}

async function renderingIs(http: Http, status: string) {
  const check = async () => (await http.get<Ready>('/readyz')).body.checks['rendering'];
  await expect.poll(async () => (await check())?.status, { timeout: 20_000 }).toBe(status);
  return check();
}

async function workerOf({ dataDir }: ServerProcess): Promise<number> {
  for (const pid of await processesOf(dataDir))
    if ((await readFile(`/proc/${pid}/cmdline`, 'utf8')).includes('render-worker')) return Number(pid);
  throw new Error('the server has no render worker');
}

// Each test starts servers and workers: seconds of CPU, on a machine that may be busy with other test files.
describe('rendering that is interrupted', { timeout: 90_000 }, () => {
  it('RND-26: the worker is killed in the middle of a job, and the job succeeds on the next one', async () => {
    const server = await startServer({ env: { DEMO: 'false' } });
    const http = new Http(server);
    const { job, pid } = await renderOnStoppedWorker(server);
    expect(workerPid(job)).toBe(pid);
    process.kill(pid, 'SIGKILL');
    const done = await renderUntil(http, job.job_id, 'succeeded');
    expect(done.attempts).toBe(2);
    expect(workerPid(done)).not.toBe(pid);
    expect((await http.get(done.output_url ?? '')).status).toBe(200);
    await server.stop();
  });

  it('RND-27: a job that exceeds RENDER_TIMEOUT_MS fails and says so', async () => {
    const server = await startServer({ env: { DEMO: 'false', RENDER_TIMEOUT_MS: '1000' } });
    const http = new Http(server);
    const { job } = await renderOnStoppedWorker(server);
    const failed = await renderUntil(http, job.job_id, 'failed');
    expect(failed).toMatchObject({ attempts: 1, error: { code: 'render_failed' } });
    expect(failed.error?.detail).toContain('longer than 1 seconds');
    await server.stop();
  });

  it('RND-30: the server is killed in the middle of a job, and the job succeeds after its restart', async () => {
    const first = await startServer({ env: { DEMO: 'false' } });
    const { job, pid } = await renderOnStoppedWorker(first);
    await first.kill('SIGKILL');
    // Or it would outlive the server, and the test.
    process.kill(pid, 'SIGCONT');
    const second = await startServer({ dataDir: first.dataDir, env: { DEMO: 'false' } });
    const http = new Http(second);
    const done = await renderUntil(http, job.job_id, 'succeeded');
    expect(done).toMatchObject({ attempts: 2, error: null });
    expect((await http.get(done.output_url ?? '')).status).toBe(200);
    await second.stop();
    await first.stop();
  });

  it('RND-31: without Xvfb everything but rendering works, and the server says why', async () => {
    const server = await startServer({ env: { DEMO: 'false', PATH: '/nonexistent' } });
    const http = new Http(server);
    const readiness = await renderingIs(http, 'unavailable');
    expect(readiness?.detail).toMatch(/Xvfb.*apt-get install/);
    expect((await http.get<Ready>('/readyz')).status).toBe(200);
    const { scene_id } = await http.createScene(BOX);
    const refused = await http.post<Problem>('/v1/renderjobs', { scene_id });
    expect([refused.status, refused.body.code]).toEqual([503, 'rendering_unavailable']);
    expect(refused.body.detail).toContain('Xvfb');
    await server.stop();
  });

  it('RND-31: with RENDER_WORKERS=0 rendering is disabled, and POST says so', async () => {
    const server = await startServer({ env: { DEMO: 'false', RENDER_WORKERS: '0' } });
    const http = new Http(server);
    const ready = await http.get<Ready>('/readyz');
    expect(ready.body.checks['rendering']).toEqual({ status: 'disabled', detail: 'RENDER_WORKERS is 0' });
    const { scene_id } = await http.createScene(BOX);
    const refused = await http.post<Problem>('/v1/renderjobs', { scene_id });
    expect([refused.status, refused.body.code]).toEqual([503, 'rendering_unavailable']);
    expect(refused.body.detail).toContain('RENDER_WORKERS');
    expect((await http.get('/v1/renderjobs')).body).toEqual({ items: [], next_cursor: null });
    await server.stop();
  });
});
