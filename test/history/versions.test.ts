import type {
  Comparison,
  Edit,
  ItemChange,
  OperationInput,
  Problem,
  Restored,
  Scene,
  Undone,
  Version,
  VersionWithDocument,
} from '@diorama/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { Http } from '../support/http.js';
import { openLiveScene, untilDoc } from '../support/live-scene.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { issueToken, JWT_SECRET } from '../support/tokens.js';

interface Page<T> {
  readonly items: T[];
  readonly next_cursor: string | null;
}

let server: ServerProcess & { token: string };
let http: Http;
let bo: string;

beforeAll(async () => {
  const started = await startServer({
    env: { RENDER_WORKERS: '0', DEMO: 'false', AUTH_JWT_SECRET: JWT_SECRET, VERSION_INTERVAL_MINUTES: '0' },
  });
  server = { ...started, token: await issueToken({ sub: 'ada', name: 'Ada' }) };
  bo = await issueToken({ sub: 'bo', name: 'Bo' });
  http = new Http(server);
});
afterAll(() => server.stop());

const box = (name: string, pose: object = {}) => ({ kind: 'primitive' as const, name, pose });
const pathOf = (sceneId: string) => `/v1/scenes/${sceneId}`;
const read = async (sceneId: string) => (await http.get<Scene>(pathOf(sceneId))).body;

async function post<T>(path: string, body: unknown, token = server.token): Promise<T> {
  const answer = await http.post<T>(path, body, { token });
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
  return answer.body;
}

const apply = (sceneId: string, operations: readonly OperationInput[], token?: string) =>
  post<{ edit_id: string }>(`${pathOf(sceneId)}/operations`, { operations }, token);
const keep = (sceneId: string, name: string) => post<Version>(`${pathOf(sceneId)}/versions`, { name });
const restore = (sceneId: string, version: Version) =>
  post<Restored>(`${pathOf(sceneId)}/versions/${version.version_id}/restore`, undefined);
const compare = async (sceneId: string, from: Version, to: string) =>
  (await http.get<Comparison>(`${pathOf(sceneId)}/versions/${from.version_id}/compare/${to}`)).body;
const list = async (sceneId: string, query = '') =>
  (await http.get<Page<Version>>(`${pathOf(sceneId)}/versions${query}`)).body;

describe('versions', () => {
  it('HIS-1: a named version is the scene as it was committed then, and can be read as JSON', async () => {
    const scene = await http.createScene({ document: { nodes: { a: box('a') } } });
    const answer = await http.post<Version>(`${pathOf(scene.scene_id)}/versions`, {
      name: 'First',
      note: 'as delivered',
    });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      kind: 'named',
      name: 'First',
      note: 'as delivered',
      seq: scene.seq,
      node_count: 1,
      by: { subject: 'ada', name: 'Ada' },
    });
    await apply(scene.scene_id, [{ op: 'delete', id: 'a' }]);
    const location = answer.headers.get('location') ?? '';
    const kept = await http.get<VersionWithDocument>(location);
    expect(kept.body).toEqual({ ...answer.body, document: scene.document });
  });

  it('HIS-2: versions are listed newest first, renamed and deleted', async () => {
    const { scene_id } = await http.createScene({ name: 'listed' });
    for (const name of ['one', 'two', 'three']) await keep(scene_id, name);
    const first = await list(scene_id, '?limit=2');
    const second = await list(scene_id, `?limit=2&cursor=${first.next_cursor}`);
    expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(['three', 'two', 'one']);
    expect((await list(scene_id, '?kind=automatic')).items).toEqual([]);
    const path = `${pathOf(scene_id)}/versions/${first.items[0]?.version_id}`;
    const renamed = await http.call<Version>('PATCH', path, { body: { name: 'four', note: 'n' } });
    expect(renamed.body).toMatchObject({ name: 'four', note: 'n' });
    expect((await http.delete(path)).status).toBe(204);
    for (const method of ['GET', 'DELETE'])
      expect((await http.call<Problem>(method, path)).body.code).toBe('version_not_found');
    expect((await list(scene_id)).items).toHaveLength(2);
  });

  it('HIS-3: a viewer reads versions; making, renaming, deleting and restoring are for editors', async () => {
    const { scene_id } = await http.createScene({ document: { nodes: { a: box('a') } } });
    const version = await keep(scene_id, 'kept');
    const path = `${pathOf(scene_id)}/versions`;
    const token = await issueToken({ role: 'viewer' });
    expect((await http.get(path, { token })).status).toBe(200);
    expect((await http.get(`${path}/${version.version_id}`, { token })).status).toBe(200);
    expect((await http.get(`${path}/${version.version_id}/compare/current`, { token })).status).toBe(200);
    for (const [method, at] of [
      ['POST', path],
      ['PATCH', `${path}/${version.version_id}`],
      ['DELETE', `${path}/${version.version_id}`],
      ['POST', `${path}/${version.version_id}/restore`],
    ] as const) {
      const body = at.endsWith('restore') || method === 'DELETE' ? undefined : { name: 'x' };
      expect((await http.call<Problem>(method, at, { token, body })).body.code).toBe('forbidden');
    }
    const stranger = await issueToken({ tenant: 'other' });
    expect((await http.get<Problem>(path, { token: stranger })).body.code).toBe('scene_not_found');
    const other = await http.createScene();
    const elsewhere = await http.get<Problem>(`${pathOf(other.scene_id)}/versions/${version.version_id}`);
    expect(elsewhere.body.code).toBe('version_not_found');
  });

  it('HIS-4: a comparison names what was added, removed and changed, with values, by whom and when', async () => {
    const { scene_id } = await http.createScene({
      document: { nodes: { a: box('a'), b: box('b'), c: box('c') }, materials: { m: { name: 'red' } } },
    });
    const from = await keep(scene_id, 'from');
    await apply(scene_id, [
      { op: 'set', id: 'a', values: { name: 'A', visible: false } },
      { op: 'set', target: 'material', id: 'm', values: { roughness: 0.9 } },
    ]);
    await apply(
      scene_id,
      [
        { op: 'delete', id: 'b' },
        { op: 'add', id: 'd', node: { kind: 'group', name: 'd' } },
        { op: 'set', target: 'settings', values: { exposure: 2 } },
        { op: 'set', id: 'a', values: { name: 'AA' } },
      ],
      bo,
    );
    const by = (...subjects: string[]) =>
      subjects.map(
        (subject) => expect.objectContaining({ subject, name: subject === 'bo' ? 'Bo' : 'Ada' }) as object,
      );
    const now = await compare(scene_id, from, 'current');
    expect(now.nodes).toMatchObject({
      counts: { added: 1, changed: 1, removed: 1 },
      added: [{ id: 'd', name: 'd', kind: 'group', by: by('bo') }],
      removed: [{ id: 'b', name: 'b', kind: 'primitive', by: by('bo') }],
      changed: [
        {
          id: 'a',
          name: 'AA',
          changes: [
            { key: 'name', before: 'a', after: 'AA' },
            { key: 'visible', before: true, after: false },
          ],
          by: by('bo', 'ada'),
        },
      ],
    });
    expect(now.materials.changed).toMatchObject([
      { id: 'm', changes: [{ key: 'roughness', before: 0.5, after: 0.9 }], by: by('ada') },
    ]);
    expect(now.settings).toMatchObject([{ key: 'exposure', before: 1, after: 2, by: by('bo') }]);
    expect([now.to, now.truncated]).toEqual([null, false]);

    const to = await keep(scene_id, 'to');
    await apply(scene_id, [{ op: 'set', id: 'c', values: { name: 'later' } }]);
    const between = await compare(scene_id, from, to.version_id);
    expect(between.nodes).toEqual(now.nodes);
    expect(between.to).toEqual(to);
    const after = await compare(scene_id, to, 'current');
    expect(after.nodes.changed.map(({ id, by: authors }) => [id, authors.map((a) => a.subject)])).toEqual([
      ['c', ['ada']],
    ]);
    const backwards = await compare(scene_id, to, from.version_id);
    expect(backwards.nodes.added.map(({ id }) => id)).toEqual(['b']);
  });

  it('HIS-4: who edits over the socket is named too', async () => {
    const { scene_id } = await http.createScene({ document: { nodes: { a: box('a') } } });
    const from = await keep(scene_id, 'from');
    const live = await openLiveScene({ url: server.url, token: bo }, scene_id);
    live.doc.getMap<Y.Map<unknown>>('nodes').get('a')?.set('name', 'by socket');
    await expect.poll(async () => (await read(scene_id)).document.nodes['a']?.name).toBe('by socket');
    live.close();
    const { nodes } = await compare(scene_id, from, 'current');
    expect(nodes.changed).toMatchObject([{ id: 'a', by: [{ subject: 'bo', name: 'Bo' }] }]);
  });
});

describe('restoring', () => {
  it('HIS-5: live editors see a restore as the least edit; it can be undone, and redone', async () => {
    const scene = await http.createScene({
      name: 'was',
      document: {
        nodes: { a: box('a'), b: box('b', { parent: 'a' }), c: box('c') },
        materials: { m: { name: 'red' } },
      },
    });
    const version = await keep(scene.scene_id, 'good');
    await apply(scene.scene_id, [
      { op: 'set', id: 'a', values: { name: 'changed' } },
      { op: 'delete', id: 'b' },
      { op: 'add', id: 'd', node: box('d') },
      { op: 'set', target: 'settings', values: { name: 'is' } },
    ]);
    const changed = await read(scene.scene_id);
    const live = await openLiveScene(server, scene.scene_id);
    const touched: string[] = [];
    live.doc.getMap('nodes').observeDeep((events) => {
      for (const event of events)
        for (const key of event.changes.keys.keys()) touched.push([...event.path, key].join('.'));
    });
    const restored = await restore(scene.scene_id, version);
    expect(restored).toMatchObject({ counts: { added: 1, changed: 2, removed: 1 } });
    await untilDoc(live.doc, () => live.doc.getMap('nodes').has('b'));
    expect(touched.sort()).toEqual(['a.name', 'b', 'd']);
    expect((await read(scene.scene_id)).document).toEqual(scene.document);

    const previous = await http.get<VersionWithDocument>(
      `${pathOf(scene.scene_id)}/versions/${restored.previous_version_id}`,
    );
    expect(previous.body).toMatchObject({ kind: 'automatic', by: null, document: changed.document });
    expect(previous.body.note).toContain('good');

    const undo = `${pathOf(scene.scene_id)}/edits/${restored.edit_id}/undo`;
    expect((await post<Undone>(undo, undefined)).left_alone).toEqual([]);
    expect((await read(scene.scene_id)).document).toEqual(changed.document);
    const { items } = (await http.get<Page<Edit>>(`${pathOf(scene.scene_id)}/edits`)).body;
    expect(items[1]).toMatchObject({ kind: 'restore', summary: 'Restored good', by: { subject: 'ada' } });
    expect(items[1]?.undone_by).toBe(items[0]?.edit_id);

    // Once more: the restore stands again.
    await post<Undone>(`${pathOf(scene.scene_id)}/edits/${items[0]?.edit_id}/undo`, undefined);
    expect((await read(scene.scene_id)).document).toEqual(scene.document);
    const { items: now } = (await http.get<Page<Edit>>(`${pathOf(scene.scene_id)}/edits?kind=restore`)).body;
    expect(now).toMatchObject([{ edit_id: restored.edit_id, undone_by: null }]);
    live.close();
  });

  it('HIS-6: a restore leaves comments, and what this version cannot read, as they are', async () => {
    const { scene_id } = await http.createScene({ document: { nodes: { a: box('a') } } });
    const live = await openLiveScene(server, scene_id);
    const nodes = live.doc.getMap<Y.Map<unknown>>('nodes');
    nodes.get('a')?.set('acmeMood', 'calm');
    await expect.poll(async () => (await read(scene_id)).document.nodes['a']).toHaveProperty('acmeMood');
    const version = await keep(scene_id, 'v');
    nodes.get('a')?.set('acmeMood', 'wild');
    await apply(scene_id, [{ op: 'comment', action: 'open', id: 't', text: 'stays' }]);
    await expect
      .poll(async () => (await read(scene_id)).document.nodes['a'])
      .toHaveProperty('acmeMood', 'wild');
    await restore(scene_id, version);
    await untilDoc(live.doc, () => nodes.get('a')?.get('acmeMood') === 'calm');
    const { document } = await read(scene_id);
    expect(document.nodes['a']).toHaveProperty('acmeMood', 'calm');
    expect(document.comments).toHaveProperty('t');
    live.close();
  });

  it('HIS-7: restoring what is there is no edit; If-Match holds', async () => {
    const { scene_id, seq } = await http.createScene({ document: { nodes: { a: box('a') } } });
    const version = await keep(scene_id, 'v');
    expect(await restore(scene_id, version)).toMatchObject({ edit_id: null, seq, previous_version_id: null });
    expect((await list(scene_id)).items).toHaveLength(1);
    await apply(scene_id, [{ op: 'delete', id: 'a' }]);
    const stale = await http.post<Problem>(
      `${pathOf(scene_id)}/versions/${version.version_id}/restore`,
      undefined,
      { headers: { 'If-Match': `"s${seq}"` } },
    );
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed']);
    expect((await read(scene_id)).node_count).toBe(0);
    // Nor is there a version of a restore that was refused.
    expect((await list(scene_id)).items).toHaveLength(1);
  });
});

describe('who last changed what', () => {
  it('HIS-8: every item has its last change, removed ones too, in pages and since a time', async () => {
    const { scene_id } = await http.createScene({
      document: { nodes: { a: box('a'), b: box('b'), c: box('c') } },
    });
    const path = `${pathOf(scene_id)}/changes`;
    const all = async (query = ''): Promise<ItemChange[]> => {
      const found: ItemChange[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
        const page = (await http.get<Page<ItemChange>>(`${path}?limit=2${query}${more}`)).body;
        found.push(...page.items);
        cursor = page.next_cursor;
      }
      return found;
    };
    const [made] = await all('&root=nodes');
    await apply(scene_id, [{ op: 'set', id: 'a', values: { name: 'A' } }], bo);
    await apply(scene_id, [{ op: 'delete', id: 'b' }]);
    const since = await all(`&root=nodes&since=${encodeURIComponent(made?.at ?? '')}`);
    expect(since.map(({ id, change, by }) => [id, change, by.name])).toEqual([
      ['b', 'removed', 'Ada'],
      ['a', 'changed', 'Bo'],
    ]);
    const nodes = await all('&root=nodes');
    expect(nodes.map(({ id }) => id).sort()).toEqual(['a', 'b', 'c']);
    expect(nodes.find(({ id }) => id === 'c')).toMatchObject({ change: 'added', by: { subject: 'ada' } });
    const times = (await all()).map(({ at }) => at);
    expect(times).toEqual([...times].sort().reverse());
    const wrong = await http.get<Problem>(`${path}?cursor=zzz`);
    expect(wrong.body.code).toBe('invalid_cursor');
  });

  it('HIS-9: of a node everybody who changed it is listed, the last first', async () => {
    const { scene_id } = await http.createScene({ document: { nodes: { 'a/b': box('odd id') } } });
    await apply(scene_id, [{ op: 'set', id: 'a/b', values: { name: 'x' } }], bo);
    await apply(scene_id, [{ op: 'delete', id: 'a/b' }]);
    const { items } = (await http.get<Page<ItemChange>>(`${pathOf(scene_id)}/nodes/a%2Fb/changes`)).body;
    expect(items.map(({ by, change }) => [by.subject, change])).toEqual([
      ['ada', 'removed'],
      ['bo', 'changed'],
    ]);
  });

  it('HIS-10: keeping who changed what does not grow the document', async () => {
    const { scene_id } = await http.createScene({ document: { nodes: { a: box('a') } } });
    const live = await openLiveScene(server, scene_id);
    const moveTo = async (x: number): Promise<number> => {
      await apply(scene_id, [{ op: 'move', id: 'a', translation: [x, 0, 0] }], x % 2 === 0 ? bo : undefined);
      await untilDoc(live.doc, (doc) => {
        const pose = doc.getMap<Y.Map<unknown>>('nodes').get('a')?.get('pose') as
          { translation: number[] } | undefined;
        return pose?.translation[0] === x;
      });
      return Y.encodeStateAsUpdate(live.doc).byteLength;
    };
    const before = await moveTo(1);
    let after = before;
    for (let x = 2; x < 20; x++) after = await moveTo(x);
    expect(after - before).toBeLessThan(30);
    live.close();
  });
});
