import type { Asset } from '@diorama/shared';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { triangleGlb } from '../support/gltf-fixtures.js';
import { Http } from '../support/http.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { issueToken, JWT_SECRET } from '../support/tokens.js';
import { upload, uploadGood } from '../support/upload.js';

let server: ServerProcess;
let http: Http;
let ada: string;
let mallory: string;
let asset: Asset;

beforeAll(async () => {
  server = await startServer({ env: { RENDER_WORKERS: '0', DEMO: 'false', AUTH_JWT_SECRET: JWT_SECRET } });
  http = new Http(server);
  ada = await issueToken({ sub: 'ada', tenant: 'acme' });
  mallory = await issueToken({ sub: 'mallory', tenant: '../acme' });
  asset = (await uploadGood(server, [{ name: 'secret.glb', data: triangleGlb() }], ada))[0]!;
});
afterAll(() => server.stop());

describe('whose assets', () => {
  it("AST-14: another tenant's asset is as unknown as one that does not exist", async () => {
    const { asset_id } = asset;
    for (const path of ['', '/content', '/files/secret.glb']) {
      const theirs = await http.get(`/v1/assets/${asset_id}${path}`, { token: mallory });
      const none = await http.get(`/v1/assets/ast_0000000000${path}`, { token: mallory });
      expect([theirs.status, none.status]).toEqual([404, 404]);
      expect(theirs.body).toMatchObject({ code: 'asset_not_found' });
      expect((await http.get(`/v1/assets/${asset_id}${path}`, { token: ada })).status).toBe(200);
    }
    expect((await http.get('/v1/assets', { token: mallory })).body).toEqual({ items: [], next_cursor: null });
  });

  it('AST-14: uploading needs the role editor, reading does not', async () => {
    for (const [role, expected] of [
      ['viewer', 403],
      ['commenter', 403],
      ['editor', 201],
    ] as const) {
      const token = await issueToken({ sub: role, tenant: 'acme', role });
      const { status } = await upload(server, [{ name: 'a.glb', data: triangleGlb(role) }], token);
      expect([role, status]).toEqual([role, expected]);
      expect((await http.get(asset.content_url, { token })).status).toBe(200);
    }
  });

  it('AST-12: the same bytes are stored once for a tenant, and apart for another', async () => {
    const data = triangleGlb('stored once');
    const [a, b] = await uploadGood(
      server,
      [
        { name: 'a.glb', data },
        { name: 'b.glb', data },
      ],
      ada,
    );
    const [c] = await uploadGood(server, [{ name: 'c.glb', data }], ada);
    const [other] = await uploadGood(server, [{ name: 'a.glb', data }], mallory);
    expect(new Set([a, b, c].map((each) => each!.asset_id)).size).toBe(3);
    expect(new Set([a, b, c].map((each) => each!.storage_path)).size).toBe(1);
    expect(other!.storage_path).not.toBe(a!.storage_path);
    const objects = await readdir(join(server.dataDir, 'objects'), { recursive: true });
    expect(objects.filter((path) => path.endsWith(a!.sha256))).toHaveLength(2);
  });

  it('AST-14: no name of a tenant leads out of its folder', async () => {
    const [theirs] = await uploadGood(server, [{ name: 'a.glb', data: triangleGlb('climb') }], mallory);
    expect(theirs!.storage_path).toMatch(/^tenants\/%2E%2E%2Facme\/blobs\//);
  });
});
