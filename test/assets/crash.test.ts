import type { Asset } from '@diorama/shared';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawGlb, triangleGlb, triangleJson } from '../support/gltf-fixtures.js';
import { Http } from '../support/http.js';
import { processesOf } from '../support/processes.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { upload, uploadGood } from '../support/upload.js';
import { eventually } from '../support/eventually.js';

const ROUNDS = 4;
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'diorama-crash-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const start = (): Promise<ServerProcess> =>
  startServer({ dataDir, env: { RENDER_WORKERS: '0', DEMO: 'false' } });

/** Every asset's bytes are there and have the hash that the row says. */
async function checkStore(server: ServerProcess): Promise<Asset[]> {
  const assets: Asset[] = [];
  for (let cursor = ''; ;) {
    const { body } = await new Http(server).get<{ items: Asset[]; next_cursor: string | null }>(
      `/v1/assets?limit=200${cursor}`,
    );
    assets.push(...body.items);
    if (body.next_cursor === null) break;
    cursor = `&cursor=${body.next_cursor}`;
  }
  for (const asset of assets)
    for (const { url, sha256 } of [{ url: asset.content_url, sha256: asset.sha256 }, ...asset.files]) {
      const response = await fetch(server.url + url, {
        headers: { Authorization: `Bearer ${server.token}` },
      });
      const hash = createHash('sha256').update(Buffer.from(await response.arrayBuffer()));
      expect([url, hash.digest('hex')]).toEqual([url, sha256]);
    }
  return assets;
}

/** A valid model that takes the server a moment, and differs each time. */
function someModel(seed: string): Buffer {
  const json = triangleJson();
  json.nodes.push(...Array.from({ length: 2_000 }, (_, i) => ({ name: `${seed}-${i}` })));
  return rawGlb(json);
}

// Each starts a server several times.
describe('a server that is killed', { timeout: 240_000 }, () => {
  it('AST-12: in the middle of uploads leaves whole assets and nothing else', async () => {
    const acknowledged = new Set<string>();
    for (let round = 0; round < ROUNDS; round++) {
      const server = await start();
      let count = 0;
      let enough = (): void => undefined;
      const isEnough = new Promise<void>((resolve) => (enough = resolve));
      const uploading = Array.from({ length: 3 }, async (_, lane) => {
        for (let i = 0; ; i++) {
          const parts = [{ name: 'model.glb', data: someModel(`${round}-${lane}-${i}`) }];
          const answer = await upload(server, parts).catch(() => undefined);
          if (answer === undefined) return;
          expect(answer.status).toBe(201);
          acknowledged.add(answer.result!.assets[0]!.asset_id);
          if (++count > 3) enough();
        }
      });
      // However long that takes; uploads end before it if one is refused.
      await Promise.race([isEnough, Promise.all(uploading)]);
      expect(count).toBeGreaterThan(3);
      await server.kill('SIGKILL');
      await Promise.all(uploading);
    }
    const server = await start();
    const ids = (await checkStore(server)).map(({ asset_id }) => asset_id);
    expect(ids).toEqual(expect.arrayContaining([...acknowledged]));
    expect(await readdir(join(dataDir, 'objects'))).toEqual(['tenants']);
    expect(await readdir(dataDir)).not.toContain('uploads');
    await server.stop();
  });

  it('AST-12: while a body comes in leaves nothing of it', async () => {
    const server = await start();
    const before = (await checkStore(server)).length;
    const req = request(`${server.url}/v1/assets/upload`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${server.token}`, 'Content-Type': 'multipart/form-data; boundary=b' },
    });
    req.on('error', () => req.destroy());
    req.write('--b\r\nContent-Disposition: form-data; name="a"; filename="a.glb"\r\n\r\n');
    req.write(triangleGlb());
    await eventually(async () => expect(await readdir(join(dataDir, 'uploads'))).toHaveLength(1));
    await server.kill('SIGKILL');
    const again = await start();
    expect(await checkStore(again)).toHaveLength(before);
    expect(await readdir(dataDir)).not.toContain('uploads');
    await again.stop();
  });

  it('AST-15: takes its inspectors along', async () => {
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      const server = await start();
      await uploadGood(server, [{ name: 'a.glb', data: triangleGlb(signal) }]);
      expect((await processesOf(dataDir)).length).toBeGreaterThan(1);
      await server.kill(signal);
      await eventually(async () => expect(await processesOf(dataDir)).toEqual([]));
    }
  });
});
