import { ERROR_CODES, problemSchema, type Problem, type Scene } from '@diorama/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Http } from '../support/http.js';
import { startServer, type ServerProcess } from '../support/server-process.js';

const MAX_JSON_BODY_BYTES = 12 << 20;
let server: ServerProcess;
let http: Http;

beforeAll(async () => {
  server = await startServer({
    env: { RENDER_WORKERS: '0', DEMO: 'false', MAX_JSON_BODY_BYTES: String(MAX_JSON_BODY_BYTES) },
  });
  http = new Http(server);
});
afterAll(() => server.stop());

async function refused(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await http.call<Problem>(method, path, { body, headers });
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  problemSchema.parse(answer.body);
  expect(answer.body.status).toBe(answer.status);
  return answer;
}

describe('bad requests', () => {
  it('REST-7: every error is problem+json with a code of the catalogue and the request id', async () => {
    const answer = await refused('GET', '/v1/scenes/scn_doesnotexist', undefined, {
      'X-Request-Id': 'my-request.1',
    });
    expect(answer.body).toMatchObject({ status: 404, code: 'scene_not_found', instance: 'my-request.1' });
    expect(ERROR_CODES).toContain(answer.body.code);
    expect(answer.headers.get('x-request-id')).toBe('my-request.1');
  });

  it('REST-7: an id of the wrong form is as unknown as one that does not exist', async () => {
    for (const id of ['x', '..%2F..%2Fetc', 'scn_%00', "scn_'; DROP TABLE scenes"])
      expect((await refused('GET', `/v1/scenes/${encodeURI(id)}`)).body.code).toBe('scene_not_found');
  });

  it('REST-8: a body that is not JSON is refused, NaN among it, and the parser says where', async () => {
    for (const body of ['{"name": NaN}', '{"name":', '', '"\ud800', '{"a":1}}'])
      expect((await refused('POST', '/v1/scenes', body)).body).toMatchObject({
        status: 400,
        code: 'malformed_json',
      });
    expect((await refused('POST', '/v1/scenes', '{"name": NaN}')).body.detail).toMatch(/NaN|position/);
  });

  it('REST-8: a number too large to be finite is refused where it stands', async () => {
    const body = '{"document":{"nodes":{"a":{"kind":"group","pose":{"translation":[1e999,0,0]}}}}}';
    const answer = await refused('POST', '/v1/scenes', body);
    expect(answer.body.code).toBe('invalid_document');
    expect(answer.body.issues?.[0]?.pointer).toBe('/document/nodes/a/pose/translation/0');
  });

  it('REST-17: half of a surrogate pair and the key __proto__ are refused wherever they stand, and nothing is stored', async () => {
    const { scene_id } = await http.createScene();
    const path = `/v1/scenes/${scene_id}`;
    const add = (rest: string) => `{"operations":[{"op":"add",${rest}}]}`;
    for (const [method, where, body, code, pointer] of [
      [
        'POST',
        '/operations',
        add('"id":"\\ud800","node":{"kind":"group"}'),
        'invalid_operations',
        '/operations/0/id',
      ],
      [
        'POST',
        '/operations',
        add('"node":{"kind":"group","name":"\\ud800"}'),
        'invalid_operations',
        '/operations/0/node/name',
      ],
      [
        'POST',
        '/operations',
        '{"operations":[{"op":"set","id":"a","values":{"__proto__":{"x":1}}}]}',
        'invalid_operations',
        '/operations/0/values/__proto__',
      ],
      [
        'PUT',
        '',
        '{"document":{"nodes":{"__proto__":{"kind":"group"}}}}',
        'invalid_document',
        '/document/nodes/__proto__',
      ],
      ['PUT', '', '{"name":"\\udfff"}', 'invalid_request', '/name'],
      ['POST', '/versions', '{"name":"\\udfff"}', 'invalid_request', '/name'],
    ] as const) {
      const answer = await refused(method, path + where, body);
      expect([answer.body.code, answer.body.issues?.[0]?.pointer]).toEqual([code, pointer]);
    }
    const created = await refused(
      'POST',
      '/v1/scenes',
      '{"document":{"nodes":{"__proto__":{"kind":"group"}}}}',
    );
    expect([created.status, created.body.issues?.[0]?.pointer]).toEqual([422, '/document/nodes/__proto__']);
    expect((await http.get<Scene>(path)).body).toMatchObject({ seq: 1, node_count: 0 });
  });

  it('REST-18: an id that could not be kept as it is, is none', async () => {
    const { scene_id } = await http.createScene();
    for (const id of ['__proto__', 'n\0m', '']) {
      const add = { op: 'add', id, node: { kind: 'group' } };
      const answer = await refused('POST', `/v1/scenes/${scene_id}/operations`, { operations: [add] });
      expect([answer.body.code, answer.body.issues?.[0]?.pointer]).toEqual([
        'invalid_operations',
        '/operations/0/id',
      ]);
    }
    const document = { nodes: { ['n\0m']: { kind: 'group' } } };
    expect((await refused('PUT', `/v1/scenes/${scene_id}`, { document })).body.code).toBe('invalid_document');
    const moved = [{ op: 'add', node: { kind: 'group', pose: { parent: '__proto__' } } }];
    const answer = await refused('POST', `/v1/scenes/${scene_id}/operations`, { operations: moved });
    expect(answer.body.issues?.[0]?.pointer).toBe('/operations/0/node/pose/parent');
  });

  it('REST-9: ten megabytes of nesting are refused and the server goes on', async () => {
    const depth = 5 << 20;
    const bomb = '['.repeat(depth) + ']'.repeat(depth);
    expect((await refused('POST', '/v1/scenes', bomb)).body.code).toBe('json_too_deep');
    const nested = `{"document":${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}}`;
    expect((await refused('POST', '/v1/scenes', nested)).body.code).toBe('json_too_deep');
    expect((await http.get('/healthz')).status).toBe(200);
  });

  it('REST-10: a body larger than the limit is refused', async () => {
    const answer = await refused('POST', '/v1/scenes', `"${'x'.repeat(MAX_JSON_BODY_BYTES)}"`);
    expect(answer.body).toMatchObject({ status: 413, code: 'payload_too_large' });
  });

  it('REST-10: another content type than JSON is refused', async () => {
    const answer = await refused('POST', '/v1/scenes', 'name=x', { 'Content-Type': 'text/plain' });
    expect(answer.body).toMatchObject({ status: 415, code: 'unsupported_media_type' });
  });

  it('REST-11: keys of a body that the contract does not know are named', async () => {
    const answer = await refused('POST', '/v1/scenes', { nmae: 'typo' });
    expect(answer.body).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(answer.body.detail).toContain('nmae');
  });

  it('REST-12: an unknown path is 404, an unknown method on a known path is 405 with Allow', async () => {
    expect((await refused('GET', '/v1/nothing')).body.code).toBe('route_not_found');
    const answer = await refused('PATCH', '/v1/scenes');
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
  });
});
