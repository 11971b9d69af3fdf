import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startClusterProcesses, type ClusterProcesses } from '../support/cluster-processes.js';
import { triangleGlb } from '../support/gltf-fixtures.js';
import { Http } from '../support/http.js';
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
});
