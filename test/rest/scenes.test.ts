import type { Problem, Scene } from '@diorama/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { Http } from '../support/http.js';
import { openLiveScene, untilDoc } from '../support/live-scene.js';
import { startServer, type ServerProcess } from '../support/server-process.js';

let server: ServerProcess;
let http: Http;

beforeAll(async () => {
  server = await startServer({ env: { RENDER_WORKERS: '0', DEMO: 'false' } });
  http = new Http(server);
});
afterAll(() => server.stop());

const box = (name: string, x = 0) => ({ kind: 'primitive', name, pose: { translation: [x, 0, 0] } });

describe('scenes over REST', () => {
  it('REST-1: a new scene has every default filled in, an ETag and a Location', async () => {
    const answer = await http.post<Scene>('/v1/scenes', {
      name: 'Workshop',
      document: { nodes: { a: { kind: 'primitive' } } },
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/v1/scenes/${answer.body.scene_id}`);
    expect(answer.headers.get('etag')).toMatch(/^"s\d+"$/);
    expect(answer.body).toMatchObject({ name: 'Workshop', node_count: 1, role: 'owner' });
    expect(answer.body.document.scene).toMatchObject({ name: 'Workshop', schemaVersion: 1, upAxis: 'Y' });
    expect(answer.body.document.nodes['a']).toMatchObject({
      kind: 'primitive',
      visible: true,
      geometry: { type: 'box', width: 1 },
      pose: { parent: null, translation: [0, 0, 0], rotation: [0, 0, 0, 1], scale: [1, 1, 1] },
    });
  });

  it('REST-2: pages hold every scene exactly once, the newest first', async () => {
    const made: string[] = [];
    for (let i = 0; i < 7; i++) made.push((await http.createScene({ name: `page ${i}` })).scene_id);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = await http.get<{ items: Scene[]; next_cursor: string | null }>(
        `/v1/scenes?limit=3${query}`,
      );
      expect(page.body.items.length).toBeLessThanOrEqual(3);
      seen.push(...page.body.items.map((item) => item.scene_id));
      cursor = page.body.next_cursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.slice(0, 7)).toEqual(made.reverse());
  });

  it('REST-2: a cursor or limit that is not ours is refused by name', async () => {
    const cursor = await http.get<Problem>('/v1/scenes?cursor=zzz');
    expect([cursor.status, cursor.body.code]).toEqual([400, 'invalid_cursor']);
    const limit = await http.get<Problem>('/v1/scenes?limit=1000');
    expect([limit.status, limit.body.code]).toEqual([400, 'invalid_request']);
    expect(limit.body.issues?.[0]?.pointer).toBe('/query/limit');
  });

  it('REST-3: a scene reads as envelope plus document, and 304 while nothing changed', async () => {
    const scene = await http.createScene({ name: 'read me' });
    const first = await http.get<Scene>(`/v1/scenes/${scene.scene_id}`);
    expect(first.status).toBe(200);
    expect(first.body.document).toEqual(scene.document);
    const etag = first.headers.get('etag') ?? '';
    const again = await http.get(`/v1/scenes/${scene.scene_id}`, { headers: { 'If-None-Match': etag } });
    expect([again.status, again.body]).toEqual([304, '']);
  });

  it('REST-4: a live editor of the scene sees only what a PUT changed', async () => {
    const { scene_id, document } = await http.createScene({
      document: { nodes: { a: box('a'), b: box('b', 2), c: box('c', 4) } },
    });
    const live = await openLiveScene(server, scene_id);
    const nodes = live.doc.getMap<Y.Map<unknown>>('nodes');
    const touched: string[] = [];
    nodes.observeDeep((events) => {
      for (const event of events)
        for (const key of event.changes.keys.keys()) touched.push([...event.path, key].join('.'));
    });
    const { c: _dropped, ...kept } = document.nodes;
    const target = {
      ...document,
      nodes: { ...kept, b: { ...document.nodes['b'], name: 'renamed' }, d: box('d', 6) },
    };
    const answer = await http.put<Scene>(`/v1/scenes/${scene_id}`, { document: target });
    expect(answer.status).toBe(200);
    await untilDoc(live.doc, () => nodes.has('d'));
    expect(touched.sort()).toEqual(['b.name', 'c', 'd']);
    live.close();
  });

  it('REST-4: a PUT of what is already there writes nothing', async () => {
    const scene = await http.createScene({ name: 'same', document: { nodes: { a: box('a') } } });
    const answer = await http.put<Scene>(`/v1/scenes/${scene.scene_id}`, {
      name: scene.name,
      document: scene.document,
    });
    expect([answer.status, answer.body.seq]).toEqual([200, scene.seq]);
  });

  it('REST-5: If-Match with an older ETag changes nothing', async () => {
    const scene = await http.createScene({ name: 'one' });
    const path = `/v1/scenes/${scene.scene_id}`;
    const etag = `"s${scene.seq}"`;
    expect((await http.put(path, { name: 'two' }, { headers: { 'If-Match': etag } })).status).toBe(200);
    const stale = await http.put<Problem>(path, { name: 'three' }, { headers: { 'If-Match': etag } });
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed']);
    expect((await http.delete(path, { headers: { 'If-Match': etag } })).status).toBe(412);
    expect((await http.get<Scene>(path)).body.name).toBe('two');
  });

  it('REST-5: If-Match and If-None-Match take lists of tags, those of others among them, and `*`', async () => {
    const scene = await http.createScene({ name: 'one' });
    const path = `/v1/scenes/${scene.scene_id}`;
    let { seq } = scene;
    const put = async (name: string, tag: string) => {
      const answer = await http.put<Scene>(path, { name }, { headers: { 'If-Match': tag } });
      if (answer.status === 200) seq = answer.body.seq;
      return answer.status;
    };
    expect(await put('two', `"s0", "a, b" ,"s${seq}"`)).toBe(200);
    expect(await put('three', `"s${seq}","s0"`)).toBe(200);
    expect(await put('four', '*')).toBe(200);
    for (const stale of [`"s${seq - 1}", "s0"`, '"other", "tags"', `s${seq}`, '', '"*"'])
      expect([stale, await put('never', stale)]).toEqual([stale, 412]);
    const get = async (tag: string) => (await http.get(path, { headers: { 'If-None-Match': tag } })).status;
    expect(await get(`"s0", W/"s${seq}", "x"`)).toBe(304);
    expect(await get('*')).toBe(304);
    expect(await get('"s0", "x"')).toBe(200);
  });

  it('REST-5: If-Match sees edits that came over the socket', async () => {
    const scene = await http.createScene({ name: 'live' });
    const live = await openLiveScene(server, scene.scene_id);
    live.doc.getMap('nodes').set('x', new Y.Map([['kind', 'group']]));
    await expect
      .poll(async () => (await http.get<Scene>(`/v1/scenes/${scene.scene_id}`)).body.node_count)
      .toBe(1);
    const stale = await http.put(
      `/v1/scenes/${scene.scene_id}`,
      { name: 'lost?' },
      { headers: { 'If-Match': `"s${scene.seq}"` } },
    );
    expect(stale.status).toBe(412);
    live.close();
  });

  it('REST-6: a deleted scene is gone, and its live connections are closed with 4404', async () => {
    const { scene_id } = await http.createScene({ name: 'short-lived' });
    const live = await openLiveScene(server, scene_id);
    const closed = new Promise<number | undefined>((resolve) => {
      live.provider.on('connection-close', (event) => resolve(event?.code));
    });
    expect((await http.delete(`/v1/scenes/${scene_id}`)).status).toBe(204);
    expect(await closed).toBe(4404);
    live.close();
    for (const method of ['GET', 'DELETE'])
      expect((await http.call<Problem>(method, `/v1/scenes/${scene_id}`)).body.code).toBe('scene_not_found');
  });

  it('REST-11: a document that breaks the schema is refused with a pointer to each fault, and nothing is stored', async () => {
    const scene = await http.createScene({ document: { nodes: { a: box('a') } } });
    const answer = await http.put<Problem>(`/v1/scenes/${scene.scene_id}`, {
      document: {
        nodes: { a: { kind: 'primitive', pose: { scale: [1, 'x', 1] } }, b: { kind: 'ufo' } },
      },
    });
    expect([answer.status, answer.body.code]).toEqual([422, 'invalid_document']);
    const pointers = answer.body.issues?.map((issue) => issue.pointer);
    expect(pointers).toContain('/document/nodes/a/pose/scale/1');
    expect(pointers).toContain('/document/nodes/b/kind');
    expect((await http.get<Scene>(`/v1/scenes/${scene.scene_id}`)).body.seq).toBe(scene.seq);
  });

  it('REST-15: keys that this version does not know survive PUT and GET', async () => {
    const node = { kind: 'group', acmeMood: 'calm' };
    const scene = await http.createScene({ document: { nodes: { a: node } } });
    expect(scene.document.nodes['a']).toMatchObject(node);
    const read = await http.get<Scene>(`/v1/scenes/${scene.scene_id}`);
    expect(read.body.document.nodes['a']).toMatchObject(node);
  });

  it('REST-4: a document without a name leaves the scene its name; an empty name takes it away', async () => {
    const { scene_id } = await http.createScene({ name: 'mine' });
    const path = `/v1/scenes/${scene_id}`;
    expect((await http.put<Scene>(path, { document: { nodes: {} } })).body.name).toBe('mine');
    expect((await http.put<Scene>(path, { name: '', document: {} })).body.name).toBe('');
  });

  it('REST-11: a document of a newer schema is refused: nobody here could edit it any more', async () => {
    const { scene_id } = await http.createScene({ name: 'mine' });
    const document = { scene: { schemaVersion: 99 } };
    for (const answer of [
      await http.put<Problem>(`/v1/scenes/${scene_id}`, { document }),
      await http.post<Problem>('/v1/scenes', { document }),
    ])
      expect([answer.status, answer.body.code]).toEqual([409, 'schema_too_new']);
    expect((await http.put(`/v1/scenes/${scene_id}`, { name: 'still mine' })).status).toBe(200);
  });
});
