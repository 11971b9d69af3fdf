import type { RenderJob, Vec3 } from '@diorama/shared';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quarters, texturedQuad } from '../render/scenes.js';
import { Http } from '../support/http.js';
import { render } from '../support/render-client.js';
import { startS3, type TestS3 } from '../support/s3.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { uploadGood } from '../support/upload.js';

const at = (...translation: Vec3) => ({ translation });

describe('pictures of objects in S3', { timeout: 120_000 }, () => {
  let s3: TestS3;
  let local: ServerProcess;
  let remote: ServerProcess;
  beforeAll(async () => {
    s3 = await startS3();
    [local, remote] = await Promise.all([
      startServer({ env: { DEMO: 'false' } }),
      startServer({ env: { DEMO: 'false', ...s3.env } }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([local.stop(), remote.stop()]);
    await s3.stop();
  });

  /** The same scene on every server: a model, a texture, shapes and lights. */
  async function build(server: ServerProcess): Promise<string> {
    const [model, texture] = await uploadGood(server, [
      { name: 'quad.glb', data: await texturedQuad('draco') },
      { name: 'quarters.png', data: await quarters() },
    ]);
    const { scene_id } = await new Http(server).createScene({
      document: {
        materials: { painted: { baseColorTexture: texture?.asset_id } },
        nodes: {
          box: { kind: 'primitive', material: 'painted', pose: at(-1.2, 0.5, 0) },
          quad: { kind: 'model', asset: model?.asset_id, pose: at(1.2, 0.5, 0) },
          sun: { kind: 'light', light: { type: 'directional', intensity: 2 }, pose: at(1, 4, 3) },
        },
      },
    });
    return scene_id;
  }

  async function picture(server: ServerProcess, scene_id: string): Promise<[RenderJob, Buffer]> {
    const job = await render(new Http(server), {
      scene_id: scene_id as RenderJob['scene_id'],
      resolution: [160, 120],
    });
    const answer = await fetch(server.url + job.output_url, {
      headers: { authorization: `Bearer ${server.token}` },
    });
    expect(answer.status).toBe(200);
    return [job, Buffer.from(await answer.arrayBuffer())];
  }

  it('RND-38: a picture with objects in S3 is the picture with objects in the data directory', async () => {
    const [here, there] = await Promise.all([
      build(local).then((scene) => picture(local, scene)),
      build(remote).then((scene) => picture(remote, scene)),
    ]);
    expect([here[0].warnings, there[0].warnings]).toEqual([[], []]);
    expect(there[1].equals(here[1])).toBe(true);
    const { data } = PNG.sync.read(there[1]);
    // Something is on it: the texture has four colours.
    expect(
      new Set(Array.from({ length: data.length / 4 }, (_, i) => data.readUInt32BE(i * 4))).size,
    ).toBeGreaterThan(50);
  });

  it('RND-39: its copies are gone when the server has stopped', async () => {
    const dataDir = await readdir(remote.dataDir);
    expect(dataDir).not.toContain('objects');
    const cache = join(remote.dataDir, 'render-cache');
    expect(await readdir(cache)).toEqual([String(remote.pid)]);
    expect(await remote.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(await readdir(cache)).toEqual([]);
    expect(remote.logs()).not.toContain('S3RVER');
  });
});
