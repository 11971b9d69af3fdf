import type { AppliedOperations, Edit, OperationInput, Problem, Scene, Undone } from '@diorama/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { Http } from '../support/http.js';
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
const read = async (sceneId: string): Promise<Scene> => (await http.get<Scene>(`/v1/scenes/${sceneId}`)).body;

async function apply(
  sceneId: string,
  operations: readonly OperationInput[],
  token?: string,
): Promise<string> {
  const answer = await http.post<AppliedOperations>(
    `/v1/scenes/${sceneId}/operations`,
    { operations },
    token === undefined ? {} : { token },
  );
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return answer.body.edit_id ?? '';
}

async function undo(sceneId: string, editId: string): Promise<Undone> {
  const answer = await http.post<Undone>(`/v1/scenes/${sceneId}/edits/${editId}/undo`);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return answer.body;
}

const MIXED: readonly OperationInput[] = [
  { op: 'set', id: 'a', values: { name: 'renamed', tags: ['x'] } },
  { op: 'add', id: 'g', node: { kind: 'group' } },
  { op: 'reparent', id: 'a', parent: 'g' },
  { op: 'delete', id: 'b' },
  { op: 'add', id: 'm', material: { metallic: 1 } },
  { op: 'set', target: 'settings', values: { exposure: 3 } },
  { op: 'comment', action: 'reply', thread: 't', text: 'indeed' },
];

const createMixed = () =>
  http.createScene({
    document: {
      nodes: { a: box('a'), b: { ...box('b'), acme: { deep: [1, null] } }, b1: box('b1', { parent: 'b' }) },
      comments: {
        t: { author: 'Bo', messages: [{ id: '1', author: 'Bo', text: 'hm', createdAt: '2026-01-01' }] },
      },
    },
  });

describe('taking edits back', () => {
  it('OPN-16: an undo puts everything back as it was, and undoing the undo repeats the edit', async () => {
    const scene = await createMixed();
    const editId = await apply(scene.scene_id, MIXED);
    const after = (await read(scene.scene_id)).document;
    const undone = await undo(scene.scene_id, editId);
    expect(undone.left_alone).toEqual([]);
    expect((await read(scene.scene_id)).document).toEqual(scene.document);
    const redone = await undo(scene.scene_id, undone.edit_id ?? '');
    expect(redone.left_alone).toEqual([]);
    expect((await read(scene.scene_id)).document).toEqual(after);
    const { items } = (await http.get<{ items: Edit[] }>(`/v1/scenes/${scene.scene_id}/edits`)).body;
    expect(items.map(({ kind, undoes, undone_by }) => [kind, undoes, undone_by])).toEqual([
      ['undo', undone.edit_id, null],
      ['undo', editId, redone.edit_id],
      // What the undo took back stands again.
      ['operations', null, null],
    ]);
    expect(items[0]?.summary).toBe(`Redo: ${items[2]?.summary}`);
    const again = await undo(scene.scene_id, redone.edit_id ?? '');
    const { items: now } = (await http.get<{ items: Edit[] }>(`/v1/scenes/${scene.scene_id}/edits`)).body;
    expect(now.map(({ undone_by }) => undone_by)).toEqual([null, again.edit_id, null, undone.edit_id]);
    expect(now[0]?.summary).toBe(`Undo: ${items[2]?.summary}`);
  });

  it('OPN-16: what is as it was before needs nothing: a second undo is no edit', async () => {
    const scene = await createMixed();
    const editId = await apply(scene.scene_id, MIXED);
    await undo(scene.scene_id, editId);
    expect(await undo(scene.scene_id, editId)).toMatchObject({ edit_id: null, left_alone: [] });
  });

  it('OPN-22: a comment is taken back out of a conversation that has gone on', async () => {
    const scene = await createMixed();
    const reply = (text: string) =>
      apply(scene.scene_id, [{ op: 'comment', action: 'reply', thread: 't', text }]);
    const texts = async () =>
      (await read(scene.scene_id)).document.comments['t']?.messages.map(({ text }) => text);
    const mistaken = await reply('mistaken');
    await reply('why?');
    const undone = await undo(scene.scene_id, mistaken);
    expect(undone.left_alone).toEqual([]);
    expect(await texts()).toEqual(['hm', 'why?']);
    await undo(scene.scene_id, undone.edit_id ?? '');
    expect(await texts()).toEqual(['hm', 'mistaken', 'why?']);
  });

  it('OPN-16: a PUT is taken back as well', async () => {
    const scene = await createMixed();
    await http.put(`/v1/scenes/${scene.scene_id}`, { document: { nodes: { z: box('z') } } });
    const { items } = (await http.get<{ items: Edit[] }>(`/v1/scenes/${scene.scene_id}/edits`)).body;
    await undo(scene.scene_id, items[0]?.edit_id ?? '');
    expect((await read(scene.scene_id)).document).toEqual(scene.document);
  });

  it('OPN-17: what somebody has written over since stays, and is named', async () => {
    const scene = await createMixed();
    const editId = await apply(scene.scene_id, MIXED);
    const live = await openLiveScene(server, scene.scene_id);
    const nodes = live.doc.getMap<Y.Map<unknown>>('nodes');
    live.doc.transact(() => {
      nodes.get('a')?.set('name', 'theirs');
      nodes.set('b', new Y.Map([['kind', 'group']]));
      nodes.set('child', new Y.Map<unknown>([['kind', 'group'], ['pose', { parent: 'g', order: 'a5' }]])); // prettier-ignore
      live.doc.getMap('materials').delete('m');
    });
    await expect.poll(async () => (await read(scene.scene_id)).document.nodes['child']).toBeDefined();
    const undone = await undo(scene.scene_id, editId);
    expect(undone.left_alone).toEqual(
      expect.arrayContaining([
        { root: 'nodes', id: 'a', key: 'name', reason: 'written_since' },
        { root: 'nodes', id: 'b', key: null, reason: 'exists_again' },
        { root: 'nodes', id: 'g', key: null, reason: 'in_use' },
      ]),
    );
    expect(undone.left_alone).toHaveLength(3);
    const { document } = await read(scene.scene_id);
    expect(document.nodes['a']).toMatchObject({ name: 'theirs', tags: [], pose: { parent: null } });
    expect(document.nodes['b']?.kind).toBe('group');
    expect(document.nodes['b1']?.name).toBe('b1');
    expect(document.scene.exposure).toBe(1);
    await untilDoc(live.doc, () => live.doc.getMap('scene').get('exposure') !== 3);
    live.close();
  });

  it('OPN-17: a pose is not put back below what has come below it since', async () => {
    const scene = await http.createScene({
      document: { nodes: { up: box('up'), down: box('down', { parent: 'up' }) } },
    });
    const editId = await apply(scene.scene_id, [{ op: 'reparent', id: 'down', parent: null }]);
    await apply(scene.scene_id, [{ op: 'reparent', id: 'up', parent: 'down' }]);
    const undone = await undo(scene.scene_id, editId);
    expect(undone).toMatchObject({
      edit_id: null,
      left_alone: [{ id: 'down', key: 'pose', reason: 'in_use' }],
    });
  });

  it('OPN-18: who may not write what an edit wrote may not take it back', async () => {
    const scene = await createMixed();
    const commenter = await issueToken({ sub: 'bo', name: 'Bo', role: 'commenter' });
    const post = (editId: string, token: string) =>
      http.post<Problem>(`/v1/scenes/${scene.scene_id}/edits/${editId}/undo`, undefined, { token });
    const talk = await apply(
      scene.scene_id,
      [{ op: 'comment', action: 'reply', thread: 't', text: 'oh' }],
      commenter,
    );
    const work = await apply(scene.scene_id, [{ op: 'delete', id: 'a' }]);
    expect((await post(work, commenter)).body.code).toBe('forbidden');
    const namesake = await issueToken({ sub: 'max', name: 'Bo', role: 'commenter' });
    expect((await post(talk, namesake)).body.code).toBe('not_author');
    expect((await post(talk, commenter)).status).toBe(200);
    expect((await post(work, await issueToken({ role: 'viewer' }))).body.code).toBe('forbidden');
    expect((await post('edt_unknown', commenter)).body.code).toBe('edit_not_found');
    const other = await http.createScene();
    const elsewhere = await http.post<Problem>(`/v1/scenes/${other.scene_id}/edits/${work}/undo`);
    expect(elsewhere.body.code).toBe('edit_not_found');
  });
});
