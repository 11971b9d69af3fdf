import type { Problem } from '@diorama/shared';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { triangleGlb } from '../support/gltf-fixtures.js';
import { Http } from '../support/http.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { upload } from '../support/upload.js';
import { eventually } from '../support/eventually.js';

const MAX_UPLOAD_BYTES = 2 << 20;
const BOUNDARY = 'the-boundary';
let server: ServerProcess;
let http: Http;

beforeAll(async () => {
  server = await startServer({
    env: { RENDER_WORKERS: '0', DEMO: 'false', MAX_UPLOAD_BYTES: String(MAX_UPLOAD_BYTES) },
  });
  http = new Http(server);
});
afterAll(() => server.stop());

const send = (body: string | Uint8Array, type = `multipart/form-data; boundary=${BOUNDARY}`) =>
  http.call<Problem>('POST', '/v1/assets/upload', { body, headers: { 'Content-Type': type } });

const part = (disposition: string, data: string): string =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${data}\r\n`;

/** A request whose body is ours to send in pieces. */
function openUpload(headers: Record<string, string | number> = {}, to = server): ClientRequest {
  return request(`${to.url}/v1/assets/upload`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${to.token}`,
      'Content-Type': `multipart/form-data; boundary=${BOUNDARY}`,
      ...headers,
    },
  });
}

const staged = (of = server): Promise<string[]> =>
  readdir(join(of.dataDir, 'uploads')).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });

describe('multipart bodies', () => {
  it('AST-16: another content type is refused', async () => {
    for (const type of ['application/json', 'model/gltf-binary', 'multipart/mixed; boundary=x', ''])
      expect((await send('{}', type)).body).toMatchObject({ status: 415, code: 'unsupported_media_type' });
  });

  it('AST-16: a body without a boundary, with another one, or cut off is malformed', async () => {
    const begun = part('name="a"; filename="a.glb"', 'x'.repeat(100));
    for (const [body, type] of [
      [begun, 'multipart/form-data'],
      [begun, 'multipart/form-data; boundary=other'],
      [begun, undefined],
      [begun.slice(0, 40), undefined],
      ['garbage', undefined],
    ] as const) {
      const { status, body: problem } = await send(body, type);
      expect([body.length, type, status, problem.code]).toEqual([
        body.length,
        type,
        400,
        'malformed_multipart',
      ]);
    }
  });

  it('AST-16: no file at all is refused', async () => {
    const empty = await send(`--${BOUNDARY}--\r\n`);
    const onlyFields = await send(`${part('name="a"', 'text')}--${BOUNDARY}--\r\n`);
    expect([empty.status, onlyFields.body.code]).toEqual([400, 'invalid_request']);
  });

  it('AST-16: a request that announces too much is refused before it is read', async () => {
    const req = openUpload({ 'Content-Length': MAX_UPLOAD_BYTES + 1 });
    req.write(part('name="a"; filename="a.glb"', 'x'));
    const [res] = (await once(req, 'response')) as [IncomingMessage];
    expect(res.statusCode).toBe(413);
    req.destroy();
  });

  it('AST-16: a request that turns out to be too large is refused, and the client gets to see why', async () => {
    const req = openUpload({ 'Transfer-Encoding': 'chunked' });
    const responded = once(req, 'response');
    req.write(part('name="a"; filename="a.glb"', 'x'.repeat(1 << 20)));
    for (let i = 0; i < 4; i++) req.write('x'.repeat(1 << 20));
    req.end();
    const [res] = (await responded) as [IncomingMessage];
    let text = '';
    for await (const piece of res) text += String(piece);
    expect(JSON.parse(text)).toMatchObject({ status: 413, code: 'payload_too_large' });
    await eventually(async () => expect(await staged()).toEqual([]));
  });

  it('AST-16: too many parts are refused', async () => {
    const parts = Array.from({ length: 1_001 }, (_, i) => part(`name="f"; filename="${i}"`, 'x')).join('');
    expect((await send(`${parts}--${BOUNDARY}--\r\n`)).body).toMatchObject({
      code: 'payload_too_large',
      detail: 'More than 1000 files in one request',
    });
  });

  it('AST-16: any field name will do, and names that climb are only names', async () => {
    const { status, result } = await upload(server, [
      { name: '../../../../tmp/evil.glb', data: triangleGlb('climbs') },
      { name: 'C:\\fakepath\\b.glb', data: triangleGlb('windows') },
      { name: '/etc/c.glb', data: triangleGlb('absolute') },
      { name: '', data: triangleGlb('nameless') },
    ]);
    expect(status).toBe(201);
    expect(result?.assets.map(({ files }) => files[0]?.path)).toEqual([
      'evil.glb',
      'fakepath/b.glb',
      'etc/c.glb',
      expect.stringMatching(/^(file-4|blob)$/),
    ]);
  });

  it('AST-16, REST-16: an upload that stalls is told so, and leaves nothing behind', async () => {
    const impatient = await startServer({
      env: { RENDER_WORKERS: '0', DEMO: 'false', HTTP_BODY_IDLE_MS: '200' },
    });
    const req = openUpload({ 'Content-Length': 1_000_000 }, impatient);
    req.on('error', () => req.destroy());
    req.write(part('name="a"; filename="a.glb"', 'x'.repeat(1_000)));
    const [res] = (await once(req, 'response')) as [IncomingMessage];
    expect(await json(res)).toMatchObject({ status: 408, code: 'request_stalled' });
    await eventually(async () => expect(await staged(impatient)).toEqual([]));

    // All files are there, and the request is not at its end: whoever is told that it failed finds nothing of it.
    const whole = `${part('name="a"; filename="a.glb"', '')}`;
    const late = openUpload({ 'Content-Length': 1_000_000 }, impatient);
    late.on('error', () => late.destroy());
    late.write(whole);
    late.write(triangleGlb('late'));
    late.write(`\r\n--${BOUNDARY}--\r\n`);
    const [refused] = (await once(late, 'response')) as [IncomingMessage];
    expect(await json(refused)).toMatchObject({ status: 408, code: 'request_stalled' });
    await eventually(async () => expect(await staged(impatient)).toEqual([]));
    expect((await new Http(impatient).get<{ items: unknown[] }>('/v1/assets')).body.items).toEqual([]);
    await impatient.stop();
  });

  it('AST-16: an upload that breaks off leaves nothing behind', async () => {
    const before = (await http.get<{ items: unknown[] }>('/v1/assets')).body.items.length;
    const req = openUpload({ 'Content-Length': 1_000_000 });
    req.on('error', () => req.destroy());
    const glb = triangleGlb('broken off');
    req.write(part('name="a"; filename="a.glb"', ''));
    req.write(glb);
    await eventually(async () => expect(await staged()).toHaveLength(1));
    req.destroy();
    await eventually(async () => expect(await staged()).toEqual([]));
    expect((await http.get<{ items: unknown[] }>('/v1/assets')).body.items).toHaveLength(before);
  });
});
