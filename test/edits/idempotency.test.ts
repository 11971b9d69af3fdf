import type { AppliedOperations, Edit, OperationInput, Problem, Scene } from '@diorama/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Http } from '../support/http.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { issueToken, JWT_SECRET } from '../support/tokens.js';

const ENV = { RENDER_WORKERS: '0', DEMO: 'false', AUTH_JWT_SECRET: JWT_SECRET };

let server: ServerProcess;
let http: Http;

beforeAll(async () => {
  server = await startServer({ env: ENV });
  http = new Http({ url: server.url, token: await issueToken() });
});
afterAll(() => server.stop());

let keys = 0;
const newKey = () => `key-${++keys}`;
const withKey = (key: string) => ({ headers: { 'Idempotency-Key': key } });
const addOne: readonly OperationInput[] = [{ op: 'add', node: { kind: 'group' } }];

const post = (sceneId: string, key: string, operations = addOne) =>
  http.post<AppliedOperations & Problem>(`/v1/scenes/${sceneId}/operations`, { operations }, withKey(key));
const count = async (sceneId: string) => (await http.get<Scene>(`/v1/scenes/${sceneId}`)).body.node_count;

describe('requests with an Idempotency-Key', () => {
  it('IDM-1: the same request is carried out once and answered alike', async () => {
    const { scene_id } = await http.createScene();
    const key = newKey();
    const first = await post(scene_id, key);
    const again = await post(scene_id, key);
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
    expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
    expect(await count(scene_id)).toBe(1);
    // Quoted, as the RFC draft writes it, it is the same key.
    expect((await post(scene_id, `"${key}"`)).body).toEqual(first.body);
    expect((await post(scene_id, newKey())).body.edit_id).not.toBe(first.body.edit_id);
    expect(await count(scene_id)).toBe(2);
  });

  it('IDM-1: a scene is created once', async () => {
    const key = newKey();
    const create = (name: string) => http.post<Scene & Problem>('/v1/scenes', { name }, withKey(key));
    const first = await create('one');
    const again = await create('one');
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
  });

  it('IDM-2: another request with a key that was used is refused', async () => {
    const { scene_id } = await http.createScene();
    const key = newKey();
    await post(scene_id, key);
    const other = await post(scene_id, key, [{ op: 'add', node: { kind: 'camera' } }]);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
    const elsewhere = await http.post<Problem>('/v1/scenes', {}, withKey(key));
    expect(elsewhere.body.code).toBe('idempotency_key_reused');
    expect(await count(scene_id)).toBe(1);
  });

  it('IDM-3: of many that come at once one is carried out, and all get its answer', async () => {
    const { scene_id } = await http.createScene();
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(scene_id, key)));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.edit_id}`)).size).toBe(1);
    expect(await count(scene_id)).toBe(1);
  });

  it('IDM-4: a request that was refused may come again, changed or not', async () => {
    const { scene_id } = await http.createScene();
    const key = newKey();
    expect((await post(scene_id, key, [{ op: 'delete', id: 'x' }])).body.code).toBe('invalid_operations');
    await post(scene_id, newKey(), [{ op: 'add', id: 'x', node: { kind: 'group' } }]);
    expect((await post(scene_id, key, [{ op: 'delete', id: 'x' }])).status).toBe(200);
  });

  it('IDM-5: a key belongs to its caller', async () => {
    const { scene_id } = await http.createScene();
    const key = newKey();
    const mine = await post(scene_id, key);
    const theirs = await http.post<AppliedOperations>(
      `/v1/scenes/${scene_id}/operations`,
      { operations: addOne },
      { ...withKey(key), token: await issueToken({ sub: 'bo' }) },
    );
    expect(theirs.body.edit_id).not.toBe(mine.body.edit_id);
    expect(await count(scene_id)).toBe(2);
  });

  it('IDM-6: a key that is none is refused by name', async () => {
    const { scene_id } = await http.createScene();
    for (const key of ['x'.repeat(256), 'with space'])
      expect((await post(scene_id, key)).body.issues?.[0]?.pointer).toBe('/headers/idempotency-key');
  });

  it('IDM-1: an undo with a key is carried out once', async () => {
    const { scene_id } = await http.createScene();
    const { body } = await post(scene_id, newKey());
    const path = `/v1/scenes/${scene_id}/edits/${body.edit_id}/undo`;
    const key = newKey();
    const first = await http.post<{ edit_id: string }>(path, undefined, withKey(key));
    expect((await http.post(path, undefined, withKey(key))).body).toEqual(first.body);
    const { items } = (await http.get<{ items: Edit[] }>(`/v1/scenes/${scene_id}/edits`)).body;
    expect(items).toHaveLength(2);
  });

  it('IDM-7: keys outlive the server', async () => {
    const own = await startServer({ env: ENV });
    const token = await issueToken();
    const before = new Http({ url: own.url, token });
    const { scene_id } = await before.createScene();
    const path = `/v1/scenes/${scene_id}/operations`;
    const first = await before.post(path, { operations: addOne }, withKey('same'));
    await own.kill('SIGKILL');
    const successor = await startServer({ env: ENV, dataDir: own.dataDir });
    const after = new Http({ url: successor.url, token });
    expect((await after.post(path, { operations: addOne }, withKey('same'))).body).toEqual(first.body);
    await successor.stop();
    await own.stop();
  });
});
