import { DioramaError, type Problem, type RenderJob } from '@diorama/shared';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HttpServer } from '../../test/support/http-server.js';
import { Diorama } from '../node.js';

let server: HttpServer;
let diorama: Diorama;
let url: string;

beforeEach(async () => {
  server = new HttpServer();
  url = await server.start();
  diorama = new Diorama({ url, token: 'secret' });
});
afterEach(() => server.stop());

const problem = (code: Problem['code'], more: Partial<Problem> = {}): Problem => ({
  ...new DioramaError(code, 'as the test says').toProblem(),
  ...more,
});

describe('requests', () => {
  it('SDK-18: a call has method, path, query, body and token of the contract', async () => {
    server.answers({ status: 200, body: { items: [], next_cursor: null } });
    await diorama.scenes.list({ limit: 5, cursor: 'a/b' });
    await diorama.scenes.replace('scn_1', { name: 'New' }, { ifMatch: '"s1"' });
    await diorama.renders.get('job_/../x');
    expect(server.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v1/scenes?limit=5&cursor=a%2Fb',
      'PUT /v1/scenes/scn_1',
      'GET /v1/renderjobs/job_%2F..%2Fx',
    ]);
    expect(server.seen[1]).toMatchObject({
      headers: { authorization: 'Bearer secret', 'if-match': '"s1"', 'content-type': 'application/json' },
      body: '{"name":"New"}',
    });
  });

  it('SDK-18: a scene comes with its ETag', async () => {
    server.answers({ status: 200, headers: { etag: '"s7"' }, body: { scene_id: 'scn_1' } });
    expect(await diorama.scenes.get('scn_1')).toMatchObject({ scene_id: 'scn_1', etag: '"s7"' });
  });

  it('SDK-6: a token function is asked before every request', async () => {
    let asked = 0;
    const own = new Diorama({ url, token: () => Promise.resolve(`token-${++asked}`) });
    await own.session();
    await own.session();
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  it('SDK-19: all() walks every page', async () => {
    server.answers(
      { status: 200, body: { items: [{ name: 'a' }, { name: 'b' }], next_cursor: 'next' } },
      { status: 200, body: { items: [{ name: 'c' }], next_cursor: null } },
    );
    const names: string[] = [];
    for await (const scene of diorama.scenes.all({ limit: 2 })) names.push(scene.name);
    expect(names).toEqual(['a', 'b', 'c']);
    expect(server.seen.map(({ path }) => path)).toEqual([
      '/v1/scenes?limit=2',
      '/v1/scenes?limit=2&cursor=next',
    ]);
  });

  it('SDK-20: an upload has one part a file, named by its relative path', async () => {
    server.answers({ status: 201, body: { assets: [], problems: [] } });
    const progress = vi.fn();
    await diorama.assets.upload(
      [
        { name: 'car/car.gltf', data: new TextEncoder().encode('{}') },
        new File(['wheel'], 'wheel.png'),
        new Blob(['nameless']),
      ],
      { onProgress: progress },
    );
    const names = [...(server.seen[0]?.body.matchAll(/filename="([^"]+)"/g) ?? [])].map(([, name]) => name);
    expect(names).toEqual(['car/car.gltf', 'wheel.png', 'file-3']);
    expect(progress).toHaveBeenLastCalledWith({ loaded: 15, total: 15 });
  });
});

describe('failures', () => {
  it('SDK-21: a problem+json becomes its DioramaError, issues included', async () => {
    const issues = [{ pointer: '/nodes/a/pose', message: 'is not finite' }];
    server.answers({ status: 422, body: problem('invalid_document', { issues }) });
    const error = await diorama.scenes.create({}).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DioramaError);
    expect(error).toMatchObject({ code: 'invalid_document', message: 'as the test says', issues });
  });

  it.each([
    [404, 'route_not_found'],
    [401, 'unauthenticated'],
    [413, 'payload_too_large'],
    [418, 'invalid_request'],
    [500, 'internal'],
    [502, 'unreachable'],
  ])('SDK-21: status %i without a problem becomes %s', async (status, code) => {
    server.answers({ status, body: '<html>a proxy</html>' });
    await expect(diorama.scenes.create({})).rejects.toMatchObject({
      code,
    });
  });

  it('SDK-21: a server that cannot be reached is a retryable DioramaError with its cause', async () => {
    await server.stop();
    const error = (await diorama.session().catch((e: unknown) => e)) as DioramaError;
    expect(error).toMatchObject({ code: 'unreachable', retryable: true });
    expect(error.cause).toBeInstanceOf(TypeError);
  });

  it('SDK-21: an aborted call rejects with the reason of the abort', async () => {
    const reason = new Error('no longer needed');
    await expect(diorama.session({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('SDK-22: what may be repeated is, after 429 and 503, when Retry-After says', async () => {
    server.answers(
      { status: 503, headers: { 'retry-after': '0' }, body: problem('storage_unavailable') },
      { status: 429, headers: { 'retry-after': '0' }, body: problem('too_many_requests') },
      { status: 200, body: { subject: 'ada' } },
    );
    expect(await diorama.session()).toEqual({ subject: 'ada' });
    expect(server.seen).toHaveLength(3);
  });

  it('SDK-22: a POST has a key of its own, or its caller’s, and is repeated with it', async () => {
    const retry = {
      status: 503,
      headers: { 'retry-after': '0' },
      body: problem('storage_unavailable'),
    };
    server.answers(retry, { status: 201, body: {} }, { status: 201, body: {} }, { status: 200, body: {} });
    await diorama.scenes.create({});
    await diorama.scenes.create({});
    await diorama.scenes.operations('scn_1', [], { headers: { 'Idempotency-Key': 'mine' } });
    const keys = server.seen.map(({ headers }) => headers['idempotency-key']);
    expect(keys[0]).toMatch(/^[0-9a-z]{20}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
    expect(keys[3]).toBe('mine');
  });

  it('SDK-22: what may not be repeated is not, and no wait is longer than ten seconds', async () => {
    server.answers({ status: 503, headers: { 'retry-after': '0' }, body: problem('storage_unavailable') });
    const renaming = diorama.scenes.versions.update('scn_1', 'ver_1', { name: 'x' });
    await expect(renaming).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(server.seen).toHaveLength(1);
    server.answers({ status: 503, headers: { 'retry-after': '3600' }, body: problem('storage_unavailable') });
    await expect(diorama.session()).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(server.seen).toHaveLength(2);
  });
});

describe('waiting for a render', () => {
  const job = (more: Partial<RenderJob>): { status: number; body: Partial<RenderJob> } => ({
    status: 200,
    body: { status: 'running', progress: 0, stage: null, error: null, ...more },
  });

  it('SDK-23: wait() reports each change and returns the job when it has ended', async () => {
    server.answers(
      job({ status: 'queued' }),
      job({ status: 'queued' }),
      job({ progress: 0.5, stage: 'drawing' }),
      job({ status: 'succeeded', progress: 1 }),
    );
    const seen: string[] = [];
    const ended = await diorama.renders.wait('job_1', {
      onProgress: (j) => seen.push(`${j.status} ${j.progress}`),
    });
    expect(ended.status).toBe('succeeded');
    expect(seen).toEqual(['queued 0', 'running 0.5', 'succeeded 1']);
  });

  it("SDK-23: wait() throws the job's own error when it failed", async () => {
    server.answers(job({ status: 'failed', error: problem('render_failed') }));
    await expect(diorama.renders.wait('job_1')).rejects.toMatchObject({
      code: 'render_failed',
      message: 'as the test says',
    });
  });

  it('SDK-23: wait() ends when it is aborted, also between two looks', async () => {
    server.answers(job({ status: 'running' }));
    const abort = new AbortController();
    const waiting = diorama.renders.wait('job_1', { signal: abort.signal, onProgress: () => abort.abort() });
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });
});
