import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startClusterProcesses, type ClusterProcesses } from '../support/cluster-processes.js';
import { triangleGlb } from '../support/gltf-fixtures.js';
import { Http } from '../support/http.js';
import { issueToken } from '../support/tokens.js';
import { uploadGood } from '../support/upload.js';

describe('objects in S3', { timeout: 120_000 }, () => {
  let directory: string;
  let s3: S3rver;
  let cluster: ClusterProcesses;
  let env: Record<string, string>;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'diorama-s3-'));
    s3 = new S3rver({ directory, port: 0, silent: true, configureBuckets: [{ name: 'objects' }] });
    const { port } = (await s3.run()) as AddressInfo;
    env = {
      S3_BUCKET: 'objects',
      S3_ENDPOINT: `http://127.0.0.1:${port}`,
      S3_ACCESS_KEY_ID: 'S3RVER',
      S3_SECRET_ACCESS_KEY: 'S3RVER',
    };
    cluster = await startClusterProcesses();
  });
  afterAll(async () => {
    await cluster.stop();
    await s3.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('CLU-17: what is uploaded through one server is served by another, and no secret is logged', async () => {
    const [one, two] = await Promise.all([cluster.start(env), cluster.start(env)]);
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
