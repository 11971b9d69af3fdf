import type { Problem, RenderJob, Scene } from '@diorama/shared';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { triangleGlb } from '../support/gltf-fixtures.js';
import { Http } from '../support/http.js';
import { createRender, readRender, render, renderUntil } from '../support/render-client.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { issueToken, JWT_SECRET } from '../support/tokens.js';
import { uploadGood } from '../support/upload.js';

const SMALL: [number, number] = [64, 48];
/** Takes seconds to draw: what is queued behind it stays queued for a while. */
const LARGE: [number, number] = [4096, 4096];

let server: ServerProcess;
let http: Http;
let viewer: string;
let stranger: string;
let scene: Scene;

beforeAll(async () => {
  server = await startServer({ env: { DEMO: 'false', AUTH_JWT_SECRET: JWT_SECRET } });
  const token = await issueToken({ sub: 'ada' });
  server = { ...server, token };
  viewer = await issueToken({ sub: 'vera', role: 'viewer' });
  stranger = await issueToken({ sub: 'mallory', tenant: 'umbrella' });
  http = new Http(server);
  scene = await http.createScene({
    name: 'Workshop',
    document: {
      nodes: {
        box: { kind: 'primitive' },
        eye: { kind: 'camera', pose: { translation: [0, 1, 5] } },
      },
    },
  });
});
afterAll(() => server.stop());

const background = (color: [number, number, number]) => ({
  scene: { background: { type: 'color', color }, toneMapping: 'none' },
});

async function bytesOf(job: RenderJob): Promise<Buffer> {
  const response = await fetch(server.url + job.output_url, {
    headers: { Authorization: `Bearer ${server.token}` },
  });
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

describe('render jobs over REST', { timeout: 90_000 }, () => {
  it('RND-20, RND-24: a job is accepted with its place, and becomes a picture of the size that was asked for', async () => {
    const answer = await http.post<RenderJob>('/v1/renderjobs', {
      scene_id: scene.scene_id,
      resolution: SMALL,
    });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe(`/v1/renderjobs/${answer.body.job_id}`);
    expect(answer.body).toMatchObject({
      scene_id: scene.scene_id,
      status: 'queued',
      progress: 0,
      camera_config: { mode: 'auto' },
      output_format: 'png',
      transparent_background: false,
      created_by: 'ada',
      attempts: 0,
      output_url: null,
      output_path: null,
    });
    const job = await renderUntil(http, answer.body.job_id, 'succeeded');
    expect(job).toMatchObject({ progress: 1, stage: null, attempts: 1, error: null, warnings: [] });
    expect(job.output_url).toBe(`/v1/renderjobs/${job.job_id}/output`);
    expect(job.output_path).toMatch(new RegExp(`^tenants/acme/renders/${job.job_id}.png$`));
    expect(Date.parse(job.completed_at ?? '')).toBeGreaterThanOrEqual(Date.parse(job.created_at));
    const { width, height } = PNG.sync.read(await bytesOf(job));
    expect([width, height]).toEqual(SMALL);
  });

  it('RND-20: an edit after the job was accepted does not change its picture', async () => {
    const { scene_id } = await http.createScene({ document: background([1, 0, 0]) });
    // Keeps the worker busy until the edit is made.
    const before = await createRender(http, { scene_id, resolution: LARGE });
    const job = await createRender(http, { scene_id, resolution: SMALL });
    expect((await http.put(`/v1/scenes/${scene_id}`, { document: background([0, 0, 1]) })).status).toBe(200);
    await http.post(`/v1/renderjobs/${before.job_id}/cancel`);
    const pinned = PNG.sync.read(await bytesOf(await renderUntil(http, job.job_id, 'succeeded')));
    expect([...pinned.data.subarray(0, 4)]).toEqual([255, 0, 0, 255]);
    const later = PNG.sync.read(await bytesOf(await render(http, { scene_id, resolution: SMALL })));
    expect([...later.data.subarray(0, 4)]).toEqual([0, 0, 255, 255]);
  });

  it('RND-21: a camera is a camera node of the scene, and nothing else', async () => {
    const ask = (node: string) =>
      http.post<Problem>('/v1/renderjobs', {
        scene_id: scene.scene_id,
        resolution: SMALL,
        camera_config: { mode: 'node', node },
      });
    for (const node of ['box', 'nobody']) {
      const { status, body } = await ask(node);
      expect([status, body.code]).toEqual([422, 'camera_not_found']);
      expect(body.issues?.[0]).toMatchObject({ pointer: '/camera_config/node' });
      expect(body.detail).toContain(node);
    }
    const { job_id } = (await ask('eye')).body as unknown as RenderJob;
    expect((await renderUntil(http, job_id, 'succeeded')).camera_config).toEqual({
      mode: 'node',
      node: 'eye',
    });
  });

  it.each([
    ['/resolution/0', { resolution: [15, 64] }],
    ['/resolution/1', { resolution: [64, 4097] }],
    ['/resolution/0', { resolution: [64.5, 64] }],
    ['/resolution', { resolution: [64] }],
    ['/output_format', { output_format: 'gif' }],
    ['/camera_config/mode', { camera_config: { mode: 'drone' } }],
    ['/camera_config/position', { camera_config: { mode: 'explicit' } }],
    ['/transparent_background', { transparent_background: 'yes' }],
  ])('RND-21: %s is refused by its pointer in %j', async (pointer, settings) => {
    const { status, body } = await http.post<Problem>('/v1/renderjobs', {
      scene_id: scene.scene_id,
      ...settings,
    });
    expect([status, body.code]).toEqual([400, 'invalid_request']);
    expect(body.issues?.map((issue) => issue.pointer)).toContain(pointer);
  });

  it('RND-21: an unknown scene is unknown', async () => {
    const { status, body } = await http.post<Problem>('/v1/renderjobs', {
      scene_id: 'scn_00000000000000000000',
    });
    expect([status, body.code]).toEqual([404, 'scene_not_found']);
  });

  it("RND-22: another tenant's scenes and jobs are unknown", async () => {
    const job = await render(http, { scene_id: scene.scene_id, resolution: SMALL });
    const theirs = { token: stranger };
    const create = await http.post<Problem>('/v1/renderjobs', { scene_id: scene.scene_id }, theirs);
    expect([create.status, create.body.code]).toEqual([404, 'scene_not_found']);
    const path = `/v1/renderjobs/${job.job_id}`;
    for (const answer of [
      await http.get<Problem>(path, theirs),
      await http.get<Problem>(`${path}/output`, theirs),
      await http.post<Problem>(`${path}/cancel`, undefined, theirs),
    ])
      expect([answer.status, answer.body.code]).toEqual([404, 'render_job_not_found']);
    expect((await http.get('/v1/renderjobs', theirs)).body).toEqual({ items: [], next_cursor: null });
  });

  it("RND-22: a viewer may have pictures and cancel their own jobs, not another's", async () => {
    const theirs = { token: viewer };
    const big = await createRender(http, { scene_id: scene.scene_id, resolution: LARGE });
    const own = await createRender(http, { scene_id: scene.scene_id, resolution: LARGE }, theirs);
    expect(own.created_by).toBe('vera');
    const refused = await http.post<Problem>(`/v1/renderjobs/${big.job_id}/cancel`, undefined, theirs);
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    expect((await http.post(`/v1/renderjobs/${own.job_id}/cancel`, undefined, theirs)).status).toBe(200);
    expect((await http.post(`/v1/renderjobs/${big.job_id}/cancel`)).status).toBe(200);
    const picture = await render(http, { scene_id: scene.scene_id, resolution: SMALL }, theirs);
    expect((await http.get(picture.output_url ?? '', theirs)).status).toBe(200);
  });

  it('RND-23: jobs are listed in pages, the newest first, all or those of one scene', async () => {
    const { scene_id } = await http.createScene({ name: 'often rendered' });
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.push((await createRender(http, { scene_id, resolution: SMALL })).job_id);
    await createRender(http, { scene_id: scene.scene_id, resolution: SMALL });
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const next: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = await http.get<{ items: RenderJob[]; next_cursor: string | null }>(
        `/v1/renderjobs?limit=2&scene_id=${scene_id}${next}`,
      );
      expect(page.body.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.body.items.map(({ job_id }) => job_id));
      cursor = page.body.next_cursor;
    }
    expect(seen).toEqual(made.reverse());
    const all = await http.get<{ items: RenderJob[] }>('/v1/renderjobs?limit=3');
    expect(all.body.items.map((job) => job.scene_id)).toEqual([scene.scene_id, scene_id, scene_id]);
  });

  it('RND-29: queued and running jobs can be cancelled, ended ones cannot', async () => {
    const running = await createRender(http, { scene_id: scene.scene_id, resolution: LARGE });
    const queued = await createRender(http, { scene_id: scene.scene_id, resolution: LARGE });
    await renderUntil(http, running.job_id, 'running');
    for (const { job_id } of [queued, running]) {
      const cancelled = await http.post<RenderJob>(`/v1/renderjobs/${job_id}/cancel`);
      expect([cancelled.status, cancelled.body.status]).toEqual([200, 'cancelled']);
      expect(cancelled.body.completed_at).not.toBeNull();
      const again = await http.post<Problem>(`/v1/renderjobs/${job_id}/cancel`);
      expect([again.status, again.body.code]).toEqual([409, 'render_job_finished']);
    }
    const done = await render(http, { scene_id: scene.scene_id, resolution: SMALL });
    const late = await http.post<Problem>(`/v1/renderjobs/${done.job_id}/cancel`);
    expect([late.status, late.body.code]).toEqual([409, 'render_job_finished']);
    expect(late.body.detail).toContain('succeeded');
    expect(await readRender(http, queued.job_id)).toMatchObject({ status: 'cancelled', attempts: 0 });
    expect(await readRender(http, running.job_id)).toMatchObject({ status: 'cancelled', output_url: null });
  });

  it('RND-35: the picture has its media type and hash, is asked for once, and is not there before it is done', async () => {
    const big = await createRender(http, { scene_id: scene.scene_id, resolution: LARGE });
    const early = await http.get<Problem>(`/v1/renderjobs/${big.job_id}/output`);
    expect([early.status, early.body.code]).toEqual([404, 'render_output_not_found']);
    await http.post(`/v1/renderjobs/${big.job_id}/cancel`);
    for (const [output_format, type, magic] of [
      ['png', 'image/png', '89504e47'],
      ['jpeg', 'image/jpeg', 'ffd8ff'],
      ['webp', 'image/webp', '52494646'],
    ] as const) {
      const job = await render(http, { scene_id: scene.scene_id, resolution: SMALL, output_format });
      const first = await http.get(job.output_url ?? '');
      expect([first.status, first.headers.get('content-type')]).toEqual([200, type]);
      expect((await bytesOf(job)).toString('hex')).toMatch(new RegExp(`^${magic}`));
      const etag = first.headers.get('etag') ?? '';
      expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
      const again = await http.get(job.output_url ?? '', { headers: { 'If-None-Match': etag } });
      expect([again.status, again.body]).toEqual([304, '']);
    }
  });

  it('RND-36: an asset that is gone is missing in the picture, and the job says so', async () => {
    const [asset] = await uploadGood(server, [{ name: 'triangle.glb', data: triangleGlb() }]);
    const gone = 'ast_00000000000000000000';
    const { scene_id } = await http.createScene({
      document: {
        nodes: { here: { kind: 'model', asset: asset?.asset_id }, missing: { kind: 'model', asset: gone } },
      },
    });
    const job = await render(http, { scene_id, resolution: SMALL });
    expect(job.warnings).toEqual([expect.stringContaining(gone)]);
  });

  it("RND-36: another tenant's asset is as gone as one that never was", async () => {
    const [asset] = await uploadGood(server, [{ name: 'secret.glb', data: triangleGlb() }], stranger);
    const { scene_id } = await http.createScene({
      document: { nodes: { stolen: { kind: 'model', asset: asset?.asset_id } } },
    });
    const job = await render(http, { scene_id, resolution: SMALL });
    expect(job.warnings).toEqual([expect.stringContaining(asset?.asset_id ?? '')]);
  });
});
