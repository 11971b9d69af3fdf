import type { Asset } from '@diorama/shared';
import { unlink } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gltfWithFiles, jsonBytes, TRIANGLE_BYTES, triangleGlb } from '../support/gltf-fixtures.js';
import { png } from '../support/image-fixtures.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { uploadGood } from '../support/upload.js';

const GLB = triangleGlb('content');
let server: ServerProcess;
let asset: Asset;

beforeAll(async () => {
  server = await startServer({ env: { RENDER_WORKERS: '0', DEMO: 'false' } });
  asset = (await uploadGood(server, [{ name: 'a "model" ü/..;.glb', data: GLB }]))[0]!;
});
afterAll(() => server.stop());

const fetchContent = (headers: Record<string, string> = {}, method = 'GET', path = asset.content_url) =>
  fetch(server.url + path, { method, headers: { Authorization: `Bearer ${server.token}`, ...headers } });

const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());

describe('content', () => {
  it('AST-13: the whole content has its type, its hash as ETag, and headers that keep it harmless', async () => {
    const response = await fetchContent();
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'model/gltf-binary',
      'content-length': String(GLB.length),
      'accept-ranges': 'bytes',
      etag: `"${createHash('sha256').update(GLB).digest('hex')}"`,
      'cache-control': 'private, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
    const disposition = response.headers.get('content-disposition')!;
    expect(disposition).toMatch(/^inline; filename="[\w .]+"; filename\*=UTF-8''[\w%.-]+$/);
    expect((await bytesOf(response)).equals(GLB)).toBe(true);
  });

  it.each([
    ['bytes=0-3', 0, 4],
    ['bytes=4-', 4, Infinity],
    ['bytes=-5', GLB.length - 5, Infinity],
    ['bytes=10-999999999', 10, Infinity],
    ['bytes=-999999999', 0, Infinity],
    [`bytes=${GLB.length - 1}-`, GLB.length - 1, Infinity],
  ])('AST-13: %s is answered with just these bytes', async (range, start, end) => {
    const response = await fetchContent({ Range: range });
    const expected = GLB.subarray(start, end);
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(
      `bytes ${start}-${start + expected.length - 1}/${GLB.length}`,
    );
    expect((await bytesOf(response)).equals(expected)).toBe(true);
  });

  it.each([`bytes=${GLB.length}-`, 'bytes=99999999-99999999', 'bytes=-0'])(
    'AST-13: %s lies outside and is 416',
    async (range) => {
      const response = await fetchContent({ Range: range });
      expect([response.status, response.headers.get('content-range')]).toEqual([
        416,
        `bytes */${GLB.length}`,
      ]);
      expect(response.headers.get('cache-control') ?? '').not.toContain('immutable');
      expect(await response.json()).toMatchObject({ code: 'range_not_satisfiable' });
    },
  );

  it.each(['bytes=0-1,4-5', 'bytes=5-2', 'bytes=-', 'bytes=x-y', 'items=0-3', 'nonsense'])(
    'AST-13: %s is no single range, and the whole is sent',
    async (range) => {
      const response = await fetchContent({ Range: range });
      expect([response.status, (await bytesOf(response)).length]).toEqual([200, GLB.length]);
    },
  );

  it('AST-13: If-None-Match spares the download, If-Range guards a range', async () => {
    const etag = `"${asset.sha256}"`;
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const response = await fetchContent({ 'If-None-Match': tag });
      expect([tag, response.status, (await bytesOf(response)).length]).toEqual([tag, 304, 0]);
      expect(response.headers.get('etag')).toBe(etag);
    }
    expect((await fetchContent({ 'If-None-Match': '"other"' })).status).toBe(200);
    expect((await fetchContent({ Range: 'bytes=0-3', 'If-Range': etag })).status).toBe(206);
    expect((await fetchContent({ Range: 'bytes=0-3', 'If-Range': '"other"' })).status).toBe(200);
    expect((await fetchContent({ Range: 'bytes=0-3', 'If-Range': `W/${etag}` })).status).toBe(200);
  });

  it('AST-13: HEAD answers the same headers without the bytes', async () => {
    const [head, get] = [await fetchContent({}, 'HEAD'), await fetchContent()];
    for (const name of ['content-length', 'content-type', 'etag', 'accept-ranges', 'content-disposition'])
      expect([name, head.headers.get(name)]).toEqual([name, get.headers.get(name)]);
    expect([head.status, (await bytesOf(head)).length]).toEqual([200, 0]);
    expect((await fetchContent({ Range: 'bytes=0-3' }, 'HEAD')).status).toBe(206);
  });

  it('AST-13: uploaded files are only ever saved, never shown', async () => {
    const [model] = await uploadGood(server, [
      { name: 'scene.gltf', data: jsonBytes(gltfWithFiles('scene.html')) },
      { name: 'scene.html', data: TRIANGLE_BYTES, type: 'text/html' },
      { name: 'textures/a.png', data: png() },
    ]);
    const response = await fetchContent({}, 'GET', model!.files[1]!.url);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(response.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
    const climbing = await fetchContent({}, 'GET', `/v1/assets/${model!.asset_id}/files/..%2F..%2Fscene.bin`);
    expect([climbing.status, await climbing.json()]).toMatchObject([404, { code: 'asset_file_not_found' }]);
  });

  it('AST-13: bytes that are gone are an error, not an empty answer', async () => {
    const [lost] = await uploadGood(server, [{ name: 'lost.glb', data: triangleGlb('lost') }]);
    await unlink(join(server.dataDir, 'objects', lost!.storage_path));
    const response = await fetchContent({}, 'GET', lost!.content_url);
    expect([response.status, await response.json()]).toMatchObject([503, { code: 'storage_unavailable' }]);
  });
});
