import type { AppliedOperations, Edit, OperationInput, Problem, Scene } from '@diorama/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { Http, type Answer } from '../support/http.js';
import { openLiveScene, untilDoc } from '../support/live-scene.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { issueToken, JWT_SECRET } from '../support/tokens.js';

let server: ServerProcess & { token: string };
let http: Http;

beforeAll(async () => {
  const started = await startServer({
    env: { RENDER_WORKERS: '0', DEMO: 'false', AUTH_JWT_SECRET: JWT_SECRET },
  });
  server = { ...started, token: await issueToken({ sub: 'ada', name: 'Ada' }) };
  http = new Http(server);
});
afterAll(() => server.stop());

const box = (name: string, pose: object = {}) => ({ kind: 'primitive' as const, name, pose });

/** Whatever a caller may send, right or wrong. */
type Sent = OperationInput | Record<string, unknown>;

const post = <T = AppliedOperations>(
  sceneId: string,
  operations: readonly Sent[],
  more: object = {},
  headers: Record<string, string> = {},
): Promise<Answer<T>> =>
  http.post<T>(`/v1/scenes/${sceneId}/operations`, { operations, ...more }, { headers });

const read = async (sceneId: string): Promise<Scene> => (await http.get<Scene>(`/v1/scenes/${sceneId}`)).body;

async function apply(sceneId: string, operations: readonly Sent[]): Promise<AppliedOperations> {
  const answer = await post(sceneId, operations);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return answer.body;
}

/** The children of a node, in order. */
async function children(sceneId: string, parent: string | null): Promise<string[]> {
  const { nodes } = (await read(sceneId)).document;
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return Object.entries(nodes)
    .filter(([, node]) => node.pose.parent === parent)
    .sort(([a, x], [b, y]) => compare(x.pose.order, y.pose.order) || compare(a, b))
    .map(([id]) => id);
}

describe('what operations do', () => {
  it('OPN-1: a batch adds, sets, moves, re-parents, deletes and comments, in order', async () => {
    const { scene_id } = await http.createScene({
      document: {
        nodes: { old: box('old'), lamp: { kind: 'light', light: { type: 'point', intensity: 4 } } },
      },
    });
    const done = await apply(scene_id, [
      { op: 'add', id: 'red', material: { baseColor: [1, 0, 0] } },
      { op: 'add', id: 'room', node: { kind: 'group', name: 'Room' } },
      { op: 'add', id: 'chair', node: { ...box('Chair'), material: 'red', pose: { parent: 'room' } } },
      { op: 'set', id: 'chair', values: { name: 'Armchair', acmeMood: 'calm' } },
      { op: 'set', id: 'lamp', values: { light: { color: [1, 0.5, 0] } } },
      { op: 'set', target: 'material', id: 'red', values: { roughness: 0.1 }, unset: ['baseColor'] },
      { op: 'set', target: 'settings', values: { exposure: 2 } },
      { op: 'move', id: 'chair', translation: [1, 2, 3] },
      { op: 'reparent', id: 'lamp', parent: 'room' },
      { op: 'add', id: 'spin', animation: { name: 'Spin' } },
      { op: 'set', target: 'animation', id: 'spin', values: { duration: 3 } },
      { op: 'delete', id: 'old' },
      {
        op: 'comment',
        action: 'open',
        id: 'talk',
        text: 'Too dark?',
        anchor: { node: 'lamp', point: [0, 1, 0] },
      },
      { op: 'comment', action: 'reply', thread: 'talk', text: 'No.' },
      { op: 'comment', action: 'resolve', thread: 'talk' },
    ]);
    const { document, seq } = await read(scene_id);
    expect(document.nodes).toMatchObject({
      room: { kind: 'group', name: 'Room' },
      chair: {
        name: 'Armchair',
        acmeMood: 'calm',
        material: 'red',
        pose: { parent: 'room', translation: [1, 2, 3] },
      },
      lamp: { light: { type: 'point', intensity: 4, color: [1, 0.5, 0] }, pose: { parent: 'room' } },
    });
    expect(document.nodes).not.toHaveProperty('old');
    expect(document.materials['red']).toMatchObject({ roughness: 0.1, baseColor: [0.8, 0.8, 0.8] });
    expect(document.scene.exposure).toBe(2);
    expect(document.animations['spin']).toMatchObject({ name: 'Spin', duration: 3 });
    expect(document.comments['talk']).toMatchObject({
      author: 'Ada',
      resolved: true,
      messages: [{ author: 'Ada', text: 'Too dark?' }, { text: 'No.' }],
    });
    expect(done).toMatchObject({ dry_run: false, seq, counts: { added: 5, changed: 2, removed: 1 } });
    expect(done.edit_id).toMatch(/^edt_/);
    expect(done.created.sort()).toEqual(['chair', 'red', 'room', 'spin', 'talk']);
    expect(done.results.map(({ op, id }) => `${op} ${id}`).slice(0, 4)).toEqual([
      'add red',
      'add room',
      'add chair',
      'set chair',
    ]);
  });

  it('OPN-2: without an id the server makes one, and says which', async () => {
    const { scene_id } = await http.createScene();
    const { results, created } = await apply(scene_id, [{ op: 'add', node: box('a') }]);
    expect(created).toEqual([results[0]?.id]);
    expect((await read(scene_id)).document.nodes[results[0]?.id ?? '']?.name).toBe('a');
  });

  it('OPN-3: null is a value; unset removes the key, which then reads as its default', async () => {
    const { scene_id } = await http.createScene({
      document: { nodes: { a: { ...box('a'), material: 'red', visible: false } } },
    });
    await apply(scene_id, [{ op: 'set', id: 'a', values: { material: null }, unset: ['visible', 'name'] }]);
    expect((await read(scene_id)).document.nodes['a']).toMatchObject({
      material: null,
      visible: true,
      name: '',
    });
    const refused = await post<Problem>(scene_id, [{ op: 'set', id: 'a', values: { visible: null } }]);
    expect(refused.body.issues).toMatchObject([{ pointer: '/operations/0/values/visible' }]);
  });

  it('OPN-4: places among siblings are exact, also where all have the same order key', async () => {
    const { scene_id } = await http.createScene({
      document: { nodes: Object.fromEntries(['a', 'b', 'c', 'd'].map((id) => [id, box(id)])) },
    });
    await apply(scene_id, [
      { op: 'add', id: 'x', node: box('x'), index: 1 },
      { op: 'reparent', id: 'd', parent: null, before: 'b' },
      { op: 'reparent', id: 'a', parent: null, after: 'c' },
      { op: 'add', id: 'z', node: box('z') },
      { op: 'reparent', id: 'c', parent: null, index: 0 },
    ]);
    expect(await children(scene_id, null)).toEqual(['c', 'x', 'd', 'b', 'a', 'z']);
  });

  it('OPN-5: a node that changes its parent keeps its place in the world when that is asked for', async () => {
    const { scene_id } = await http.createScene({
      document: {
        nodes: {
          from: {
            kind: 'group',
            pose: { translation: [10, 0, 0], rotation: [0, Math.SQRT1_2, 0, Math.SQRT1_2] },
          },
          to: { kind: 'group', pose: { translation: [0, 5, 0], scale: [2, 2, 2] } },
          a: box('a', { parent: 'from', translation: [0, 0, 3] }),
          b: box('b', { parent: 'from', translation: [0, 0, 3] }),
        },
      },
    });
    await apply(scene_id, [
      { op: 'reparent', id: 'a', parent: 'to', keep_world: true },
      { op: 'reparent', id: 'b', parent: 'to' },
    ]);
    const { nodes } = (await read(scene_id)).document;
    // A quarter turn about Y takes z to x: at (13, 0, 0) in the world.
    const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 9) as number);
    expect(nodes['a']?.pose.translation).toEqual(near([6.5, -2.5, 0]));
    expect(nodes['a']?.pose.scale).toEqual(near([0.5, 0.5, 0.5]));
    expect(nodes['a']?.pose.rotation).toEqual(near([0, Math.SQRT1_2, 0, Math.SQRT1_2]));
    expect(nodes['b']?.pose).toMatchObject({ parent: 'to', translation: [0, 0, 3], scale: [1, 1, 1] });
  });

  it('OPN-6: a node is deleted with all that is below it, or its children take its place', async () => {
    const tree = {
      p: { kind: 'group', pose: { order: 'a0' } },
      g: { kind: 'group', pose: { parent: 'p', order: 'a1', translation: [1, 0, 0] } },
      g1: box('g1', { parent: 'g', order: 'a0', translation: [0, 1, 0] }),
      g2: box('g2', { parent: 'g', order: 'a1' }),
      s: box('s', { parent: 'p', order: 'a2' }),
    };
    const whole = await http.createScene({ document: { nodes: tree } });
    const removed = await apply(whole.scene_id, [{ op: 'delete', id: 'g' }]);
    expect(removed.counts).toEqual({ added: 0, changed: 0, removed: 3 });
    expect(await children(whole.scene_id, 'p')).toEqual(['s']);

    const lifted = await http.createScene({ document: { nodes: tree } });
    await apply(lifted.scene_id, [{ op: 'delete', id: 'g', children: 'lift', keep_world: true }]);
    expect(await children(lifted.scene_id, 'p')).toEqual(['g1', 'g2', 's']);
    expect((await read(lifted.scene_id)).document.nodes['g1']?.pose.translation).toEqual([1, 1, 0]);
  });

  it('OPN-7: live editors see a batch as one edit, and nothing but what it changed', async () => {
    const { scene_id } = await http.createScene({ document: { nodes: { a: box('a'), b: box('b') } } });
    const live = await openLiveScene(server, scene_id);
    let updates = 0;
    const touched: string[] = [];
    live.doc.on('update', () => updates++);
    live.doc.getMap('nodes').observeDeep((events) => {
      for (const event of events)
        for (const key of event.changes.keys.keys()) touched.push([...event.path, key].join('.'));
    });
    await apply(scene_id, [
      { op: 'set', id: 'a', values: { name: 'seen', visible: true } },
      { op: 'add', id: 'c', node: box('c') },
    ]);
    await untilDoc(live.doc, () => live.doc.getMap('nodes').has('c'));
    expect([updates, touched.sort()]).toEqual([1, ['a.name', 'c']]);
    live.close();
  });
});

describe('numbers that have no end', () => {
  it('OPN-26: where a node would have to be beyond all numbers to keep its place, it is refused', async () => {
    const { scene_id } = await http.createScene({
      document: {
        nodes: {
          huge: { kind: 'group', pose: { scale: [1e200, 1e200, 1e200] } },
          far: box('far', { parent: 'huge', translation: [1e200, 0, 0] }),
        },
      },
    });
    const before = await read(scene_id);
    for (const operation of [
      { op: 'reparent', id: 'far', parent: null, keep_world: true },
      { op: 'delete', id: 'huge', children: 'lift', keep_world: true },
    ]) {
      const answer = await post<Problem>(scene_id, [operation]);
      expect([answer.status, answer.body.issues]).toMatchObject([
        422,
        [{ pointer: '/operations/0/keep_world', code: 'invalid_document' }],
      ]);
    }
    expect(await read(scene_id)).toEqual(before);
  });
});

describe('all or nothing', () => {
  it('OPN-8: one wrong operation and nothing is applied; every fault is named by its pointer', async () => {
    const scene = await http.createScene({
      document: { nodes: { a: box('a'), b: box('b', { parent: 'a' }) } },
    });
    const answer = await post<Problem>(scene.scene_id, [
      { op: 'set', id: 'a', values: { name: 'never' } },
      { op: 'add', id: 'c', node: { kind: 'ufo' } },
      { op: 'move', id: 'c', translation: [0, 0, 0] },
      { op: 'set', id: 'a', values: { pose: { scale: [1, 'x', 1] }, tags: 7 } },
      { op: 'move', id: 'nobody', translation: [0, 0, 0] },
      { op: 'reparent', id: 'a', parent: 'b' },
      { op: 'reparent', id: 'b', parent: 'nowhere' },
      { op: 'move', id: 'a', translation: [0, 0, 'far'] },
      { op: 'dance', id: 'a' },
      { op: 'set', id: 'a', valuse: {} },
      { op: 'comment', action: 'reply', thread: 'none', text: 'hello?' },
      { op: 'set', id: 'a', values: { kind: 'light' } },
    ]);
    expect([answer.status, answer.body.code]).toEqual([422, 'invalid_operations']);
    const found = answer.body.issues?.map(({ pointer, code }) => `${pointer} ${code}`);
    expect(found).toEqual([
      '/operations/1/node/kind invalid_document',
      // What only fails because operation 1 did is not listed.
      '/operations/3/values/pose/scale/1 invalid_document',
      '/operations/3/values/tags invalid_document',
      '/operations/4/id unknown_id',
      '/operations/5/parent below_itself',
      '/operations/6/parent unknown_id',
      '/operations/7/translation/2 invalid_document',
      '/operations/8/op invalid_document',
      '/operations/9 invalid_document',
      '/operations/10/thread unknown_id',
      '/operations/11/values/kind invalid_document',
    ]);
    const after = await read(scene.scene_id);
    expect([after.seq, after.document]).toEqual([scene.seq, scene.document]);
  });

  it('OPN-23: a key that others would not read as one is refused where it stands, also deep in unknown keys', async () => {
    const { scene_id } = await http.createScene({ document: { nodes: { a: box('a') } } });
    const acme = [{ ['__proto__']: { pose: 1 } }];
    const answer = await post<Problem>(scene_id, [{ op: 'add', node: { ...box('b'), acme } }]);
    expect([answer.status, answer.body.issues?.[0]?.pointer]).toEqual([
      422,
      '/operations/0/node/acme/0/__proto__',
    ]);
    const document = { nodes: { a: { ...box('a'), acme } } };
    expect(await http.put(`/v1/scenes/${scene_id}`, { document })).toMatchObject({
      status: 422,
      body: { code: 'invalid_document', issues: [{ pointer: '/document/nodes/a/acme/0/__proto__' }] },
    });
  });

  it('OPN-23: a value with a key `constructor`, at which Yjs fails halfway, is refused before anything is written', async () => {
    const { scene_id } = await http.createScene({ document: { nodes: { a: box('a') } } });
    const before = await read(scene_id);
    const wrong = { constructor: 1 };
    const key = { 'Idempotency-Key': 'constructor' };
    for (let i = 0; i < 2; i++) {
      const answer = await post<Problem>(
        scene_id,
        [
          { op: 'add', id: 'b', node: box('b') },
          { op: 'add', id: 'c', node: { ...box('c'), acme: wrong } },
          { op: 'set', id: 'a', values: { acme: [{ deep: wrong }] } },
          { op: 'set', target: 'settings', values: { acme: wrong } },
          { op: 'add', material: { acme: wrong } },
        ],
        {},
        key,
      );
      expect([answer.status, answer.body.code]).toEqual([422, 'invalid_operations']);
      expect(answer.body.issues?.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual([
        '/operations/1/node/acme/constructor invalid_document',
        '/operations/2/values/acme/0/deep/constructor invalid_document',
        '/operations/3/values/acme/constructor invalid_document',
        '/operations/4/material/acme/constructor invalid_document',
      ]);
    }
    const document = { nodes: { z: box('z'), m: { ...box('m'), acme: wrong } } };
    const issues = [{ pointer: '/document/nodes/m/acme/constructor', code: 'invalid_document' }];
    const refused = { status: 422, body: { code: 'invalid_document', issues } };
    expect(await http.put(`/v1/scenes/${scene_id}`, { document })).toMatchObject(refused);
    expect(await http.post('/v1/scenes', { document })).toMatchObject(refused);
    expect(await read(scene_id)).toEqual(before);
    // As a key of an item, or as an id, it is as good as any other.
    await apply(scene_id, [{ op: 'add', id: 'constructor', node: { ...box('d'), constructor: 1 } }]);
    expect((await read(scene_id)).document.nodes['constructor']).toMatchObject({ name: 'd', constructor: 1 });
  });

  it('OPN-23: what is too large for an editor to write is refused here too, and in whole documents', async () => {
    const { scene_id } = await http.createScene({ document: { nodes: { a: box('a') } } });
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, i]));
    const answer = await post<Problem>(scene_id, [
      { op: 'add', node: { ...box('b'), extras: { big: 'x'.repeat(300_000) } } },
      { op: 'add', node: { ...box('c'), acme: 'x'.repeat(70_000) } },
      { op: 'add', node: { ...box('d'), ['k'.repeat(300)]: 1 } },
      { op: 'add', material: many },
      { op: 'set', id: 'a', values: { extras: { big: ['x'.repeat(300_000)] }, acme: 1 } },
      { op: 'set', id: 'a', values: many },
    ]);
    expect([answer.status, answer.body.code]).toEqual([422, 'invalid_operations']);
    expect(answer.body.issues?.map(({ pointer, code }) => `${pointer.slice(0, 40)} ${code}`)).toEqual([
      '/operations/0/node/extras over_budget',
      '/operations/1/node/acme over_budget',
      `/operations/2/node/${'k'.repeat(21)} over_budget`,
      '/operations/3/material over_budget',
      '/operations/4/values/extras over_budget',
      '/operations/5/values over_budget',
    ]);
    const document = { nodes: { a: { ...box('a'), extras: { big: 'x'.repeat(300_000) } } } };
    const wrong = {
      status: 422,
      body: { code: 'invalid_document', issues: [{ pointer: '/document/nodes/a/extras' }] },
    };
    expect(await http.put(`/v1/scenes/${scene_id}`, { document })).toMatchObject(wrong);
    const before = (await http.get<{ items: unknown[] }>('/v1/scenes?limit=200')).body.items.length;
    expect(await http.post('/v1/scenes', { document })).toMatchObject(wrong);
    expect((await http.get<{ items: unknown[] }>('/v1/scenes?limit=200')).body.items).toHaveLength(before);
  });

  it('OPN-9: an id that is there already, or twice in the batch, is id_taken', async () => {
    const scene = await http.createScene({ document: { nodes: { a: box('a') } } });
    for (const operations of [
      [{ op: 'add', id: 'a', node: box('again') }],
      [
        { op: 'add', id: 'b', node: box('b') },
        { op: 'add', id: 'b', node: box('b') },
      ],
    ]) {
      const answer = await post<Problem>(scene.scene_id, operations);
      expect([answer.status, answer.body.code]).toEqual([409, 'id_taken']);
      expect(answer.body.issues?.[0]?.pointer).toBe(`/operations/${operations.length - 1}/id`);
    }
    // Deleted before, it is free.
    await apply(scene.scene_id, [
      { op: 'delete', id: 'a' },
      { op: 'add', id: 'a', node: box('new') },
    ]);
    expect((await read(scene.scene_id)).document.nodes['a']?.name).toBe('new');
  });

  it('OPN-10: a dry run says what would happen and changes nothing', async () => {
    const scene = await http.createScene({ document: { nodes: { a: box('a') } } });
    const live = await openLiveScene(server, scene.scene_id);
    let updates = 0;
    live.doc.on('update', () => updates++);
    const operations = [
      { op: 'set', id: 'a', values: { name: 'would be' } },
      { op: 'add', id: 'b', node: box('b') },
    ];
    const { body } = await post(scene.scene_id, operations, { dry_run: true });
    expect(body).toMatchObject({
      edit_id: null,
      dry_run: true,
      seq: scene.seq,
      created: ['b'],
      counts: { added: 1, changed: 1, removed: 0 },
      changes: [
        { root: 'nodes', id: 'a', key: 'name', before: 'a', after: 'would be' },
        { root: 'nodes', id: 'b', key: null, after: { kind: 'primitive', name: 'b' } },
      ],
    });
    const wrong = await post<Problem>(scene.scene_id, [{ op: 'delete', id: 'x' }], { dry_run: true });
    expect(wrong.body.issues?.[0]?.pointer).toBe('/operations/0/id');
    expect((await read(scene.scene_id)).seq).toBe(scene.seq);
    await apply(scene.scene_id, operations);
    await untilDoc(live.doc, () => live.doc.getMap('nodes').has('b'));
    expect(updates).toBe(1);
    live.close();
  });

  it('OPN-11: If-Match with an older ETag changes nothing; the answer has the new ETag', async () => {
    const scene = await http.createScene({ document: { nodes: { a: box('a') } } });
    const rename = (name: string) => [{ op: 'set', id: 'a', values: { name } }];
    const etag = `"s${scene.seq}"`;
    const first = await post(scene.scene_id, rename('one'), {}, { 'If-Match': etag });
    expect([first.status, first.headers.get('etag')]).toEqual([200, `"s${first.body.seq}"`]);
    for (const more of [{}, { dry_run: true }]) {
      const stale = await post<Problem>(scene.scene_id, rename('two'), more, { 'If-Match': etag });
      expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed']);
    }
    expect((await read(scene.scene_id)).document.nodes['a']?.name).toBe('one');
  });

  it('OPN-12: a batch that changes nothing is no edit', async () => {
    const scene = await http.createScene({ document: { nodes: { a: box('a') } } });
    const done = await apply(scene.scene_id, [
      { op: 'set', id: 'a', values: { name: 'a' } },
      { op: 'add', id: 'b', node: box('b') },
      { op: 'delete', id: 'b' },
    ]);
    expect(done).toMatchObject({ edit_id: null, seq: scene.seq, created: [], counts: { added: 0 } });
  });
});

describe('who may send operations', () => {
  it('CHK-21, OPN-13: commenters resolve the threads that they began, editors all', async () => {
    const { scene_id } = await http.createScene();
    const resolve = async (name: string, role: string, thread: string) => {
      const token = await issueToken({ sub: name.toLowerCase(), name, role });
      const operations = [{ op: 'comment', action: 'resolve', thread }];
      return (await http.post<Problem>(`/v1/scenes/${scene_id}/operations`, { operations }, { token })).body;
    };
    const cora = await issueToken({ sub: 'cora', name: 'Cora', role: 'commenter' });
    const operations = ['one', 'two'].map((id) => ({
      op: 'comment',
      action: 'open',
      id,
      text: 'Hm.',
      anchor: { node: null, point: [0, 0, 0] },
    }));
    await http.post(`/v1/scenes/${scene_id}/operations`, { operations }, { token: cora });
    const refused = await resolve('Max', 'commenter', 'one');
    expect(refused).toMatchObject({ code: 'not_author', issues: [{ pointer: '/operations/0/thread' }] });
    expect((await resolve('Cora', 'commenter', 'one')).code).toBeUndefined();
    expect((await resolve('Ed', 'editor', 'two')).code).toBeUndefined();
  });

  it('OPN-13: editors all, commenters comments, viewers none', async () => {
    const { scene_id } = await http.createScene({ document: { nodes: { a: box('a') } } });
    const as = async (role: string, operations: readonly Sent[]) => {
      const token = await issueToken({ sub: role, name: role, role });
      return http.post<Problem>(`/v1/scenes/${scene_id}/operations`, { operations }, { token });
    };
    const says = { op: 'comment', action: 'open', text: 'Hm.', anchor: { node: 'a', point: [0, 0, 0] } };
    const writes = { op: 'set', id: 'a', values: { name: 'mine' } };
    expect((await as('commenter', [says])).status).toBe(200);
    const mixed = await as('commenter', [says, writes]);
    expect([mixed.status, mixed.body.code]).toEqual([403, 'forbidden']);
    expect(mixed.body.issues).toMatchObject([{ pointer: '/operations/1/op' }]);
    const viewer = await as('viewer', [says]);
    expect([viewer.status, viewer.body.code]).toEqual([403, 'forbidden']);
    expect((await as('editor', [writes])).status).toBe(200);
    const other = await http.post<Problem>(
      `/v1/scenes/${scene_id}/operations`,
      { operations: [writes] },
      { token: await issueToken({ tenant: 'other' }) },
    );
    expect(other.body.code).toBe('scene_not_found');
  });

  it('OPN-14: every edit is listed with who made it, the newest first, in pages', async () => {
    const { scene_id } = await http.createScene({ document: { nodes: { a: box('a') } } });
    const path = `/v1/scenes/${scene_id}`;
    for (const name of ['one', 'two', 'three'])
      await apply(scene_id, [{ op: 'set', id: 'a', values: { name } }]);
    await http.put(path, { name: 'renamed' });
    interface Page {
      items: Edit[];
      next_cursor: string | null;
    }
    const first = (await http.get<Page>(`${path}/edits?limit=3`)).body;
    expect(first.items[0]).toMatchObject({
      kind: 'replace',
      by: { subject: 'ada', name: 'Ada' },
      undoable: true,
      counts: { changed: 1 },
    });
    const second = (await http.get<Page>(`${path}/edits?limit=3&cursor=${first.next_cursor}`)).body;
    expect([...first.items, ...second.items].map(({ kind }) => kind)).toEqual([
      'replace',
      'operations',
      'operations',
      'operations',
    ]);
    expect(second.next_cursor).toBeNull();
    const replaced = (await http.get<Page>(`${path}/edits?kind=replace`)).body;
    expect(replaced.items).toEqual(first.items.slice(0, 1));
    expect((await http.get<Problem>(`${path}/edits?kind=nonsense`)).status).toBe(400);
    const one = await http.get(`${path}/edits/${second.items[0]?.edit_id}`);
    expect(one.body).toMatchObject({
      changes: [{ root: 'nodes', id: 'a', key: 'name', before: 'a', after: 'one' }],
    });
    const none = await http.get<Problem>(`${path}/edits/edt_none`);
    expect([none.status, none.body.code]).toEqual([404, 'edit_not_found']);
    expect((await http.get<Problem>(`${path}/edits/nonsense`)).body.code).toBe('edit_not_found');
  });
});

describe('large batches', () => {
  it('OPN-15: ten thousand operations are one edit', async () => {
    const { scene_id } = await http.createScene();
    const operations = Array.from({ length: 10_000 }, (_, i) => ({
      op: 'add',
      id: `n${i}`,
      node: box(`n${i}`),
    }));
    const done = await apply(scene_id, operations);
    expect(done.counts.added).toBe(10_000);
    expect(await children(scene_id, null)).toEqual(operations.map(({ id }) => id));
    const more = await post<Problem>(scene_id, [...operations, operations[0] as Sent]);
    expect([more.status, more.body.code]).toEqual([400, 'invalid_request']);
  });

  it('OPN-8: nested types of other clients are changed in place', async () => {
    const { scene_id } = await http.createScene({ document: { nodes: { a: box('a') } } });
    const live = await openLiveScene(server, scene_id);
    const node = live.doc.getMap<Y.Map<unknown>>('nodes').get('a') as Y.Map<unknown>;
    node.set('tags', Y.Array.from(['x', 'y']));
    await expect.poll(async () => (await read(scene_id)).document.nodes['a']?.tags).toEqual(['x', 'y']);
    await apply(scene_id, [{ op: 'set', id: 'a', values: { tags: ['x', 'z', 'y'] } }]);
    await untilDoc(live.doc, () => (node.get('tags') as Y.Array<string>).length === 3);
    expect(node.get('tags')).toBeInstanceOf(Y.Array);
    live.close();
  });
});
