import type { Problem } from '@diorama/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startClusterProcesses, type ClusterProcesses } from '../support/cluster-processes.js';
import { triangleGlb } from '../support/gltf-fixtures.js';
import { Http } from '../support/http.js';
import { render, type RenderRequest } from '../support/render-client.js';
import { startS3, type TestS3 } from '../support/s3.js';
import { issueToken } from '../support/tokens.js';
import { uploadGood } from '../support/upload.js';

describe('objects in S3', { timeout: 120_000 }, () => {
  let s3: TestS3;
  let cluster: ClusterProcesses;
  beforeAll(async () => {
    [s3, cluster] = await Promise.all([startS3(), startClusterProcesses()]);
  });
  afterAll(async () => {
    await cluster.stop();
    await s3.stop();
  });

  it('CLU-17: what is uploaded through one server is served by another, and no secret is logged', async () => {
    const [one, two] = await Promise.all([cluster.start(s3.env), cluster.start(s3.env)]);
    const token = await issueToken();
    const model = triangleGlb();
    const [asset] = await uploadGood({ url: one.url, token }, [{ name: 'triangle.glb', data: model }]);
    const content = await fetch(`${two.url}/v1/assets/${asset?.asset_id}/content`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(content.status).toBe(200);
    expect(Buffer.from(await content.arrayBuffer()).equals(model)).toBe(true);
    const ready = await new Http({ url: two.url, token }).get<{ checks: Record<string, { status: string }> }>(
      '/readyz',
    );
    expect(ready.body.checks['objects']?.status).toBe('ready');
    expect(one.logs()).not.toContain('S3RVER');
  });

  it('RND-41: a server without workers takes render jobs while another one has some, and refuses them while none has', async () => {
    const token = await issueToken();
    const one = await cluster.start(s3.env);
    const http = new Http({ url: one.url, token });
    const { scene_id } = await http.createScene({ document: { nodes: { box: { kind: 'primitive' } } } });
    const request = { scene_id, resolution: [64, 48] };
    const rendering = async () =>
      (await http.get<{ checks: Record<string, { status: string; detail?: string }> }>('/readyz')).body
        .checks['rendering'];
    const expectRefused = async () => {
      const { status, body } = await http.post<Problem>('/v1/renderjobs', request);
      expect([status, body.code]).toEqual([503, 'rendering_unavailable']);
      expect(body.detail).toContain('no other server has workers');
      expect((await rendering())?.status).toBe('disabled');
    };
    await expectRefused();

    const two = await cluster.start({ ...s3.env, RENDER_WORKERS: '1' });
    await expect.poll(rendering, { timeout: 20_000 }).toEqual({
      status: 'ready',
      detail: 'by workers of other servers',
    });
    const job = await render(http, request as RenderRequest);
    const picture = await fetch(one.url + job.output_url, { headers: { authorization: `Bearer ${token}` } });
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png']);

    expect(await two.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    await expectRefused();
  });
});
