import { Diorama } from '@diorama/client-sdk/node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rawGlb, triangleGlb } from '../support/gltf-fixtures.js';
import { startServer, type ServerProcess } from '../support/server-process.js';

let server: ServerProcess;
let diorama: Diorama;

beforeAll(async () => {
  server = await startServer({ env: { RENDER_WORKERS: '0', DEMO: 'false' } });
  diorama = new Diorama(server);
});
afterAll(() => server.stop());

it('SDK-18: a scene is made, read, replaced while its ETag holds, and deleted', async () => {
  expect(await diorama.session()).toMatchObject({ role: 'owner' });
  const made = await diorama.scenes.create({
    name: 'Loft',
    document: { nodes: { lamp: { kind: 'light', light: { type: 'point' } } } },
  });
  const replaced = await diorama.scenes.replace(made.scene_id, { name: 'Attic' }, { ifMatch: made.etag });
  expect(replaced).toMatchObject({ name: 'Attic', document: { nodes: { lamp: { kind: 'light' } } } });
  await expect(
    diorama.scenes.replace(made.scene_id, { name: 'Cellar' }, { ifMatch: made.etag }),
  ).rejects.toMatchObject({ code: 'precondition_failed' });
  expect((await diorama.scenes.get(made.scene_id)).etag).toBe(replaced.etag);
  await diorama.scenes.delete(made.scene_id);
  await expect(diorama.scenes.get(made.scene_id)).rejects.toMatchObject({ code: 'scene_not_found' });
});

it('SDK-19: all() walks every page of a real list', async () => {
  const made: string[] = [];
  for (let i = 0; i < 5; i++) made.push((await diorama.scenes.create({ name: `n${i}` })).scene_id);
  const seen: string[] = [];
  for await (const scene of diorama.scenes.all({ limit: 2 })) seen.push(scene.scene_id);
  expect(seen).toEqual(made.reverse());
});

it('SDK-20: what is uploaded can be read back, byte for byte', async () => {
  const glb = new Uint8Array(triangleGlb());
  const { assets, problems } = await diorama.assets.upload([{ name: 'triangle.glb', data: glb }]);
  expect(problems).toEqual([]);
  const asset = assets[0];
  if (asset === undefined) throw new Error('no asset came back');
  expect(asset).toMatchObject({ asset_type: 'model', file_format: 'glb', metadata: { triangles: 1 } });
  expect(await diorama.assets.get(asset.asset_id)).toEqual(asset);
  const content = await diorama.assets.content(asset.asset_id);
  expect(new Uint8Array(await content.arrayBuffer())).toEqual(glb);
  expect(diorama.assets.contentUrl(asset.asset_id)).toBe(`${server.url}${asset.content_url}`);
});

it('SDK-21: a refused upload throws with the issues of the validator', async () => {
  const broken = new Uint8Array(rawGlb({ asset: { version: '2.0' }, scene: 3 }));
  const error: unknown = await diorama.assets
    .upload([{ name: 'broken.glb', data: broken }])
    .catch((e: unknown) => e);
  expect(error).toMatchObject({ code: 'asset_invalid' });
  expect((error as { issues: { pointer: string }[] }).issues.map(({ pointer }) => pointer)).toContain(
    '/scene',
  );
});

it('SDK-21: an unknown asset and a bad token are typed errors', async () => {
  await expect(diorama.assets.content('ast_unknown')).rejects.toMatchObject({ code: 'asset_not_found' });
  const forged = new Diorama({ url: server.url, token: 'x.y.z' });
  await expect(forged.scenes.list()).rejects.toMatchObject({ code: 'unauthenticated' });
});

it('SDK-25: operations, edits, versions, comparison, restore and undo do over the SDK what REST says', async () => {
  const { scene_id } = await diorama.scenes.create({ name: 'history' });
  const { scenes } = diorama;
  const dry = await scenes.operations(scene_id, [{ op: 'add', id: 'a', node: { kind: 'group' } }], {
    dryRun: true,
  });
  expect(dry).toMatchObject({ dry_run: true, edit_id: null, created: ['a'] });
  await scenes.operations(scene_id, [{ op: 'add', id: 'a', node: { kind: 'group' } }], { summary: 'first' });
  const version = await scenes.versions.create(scene_id, { name: 'one' });
  await scenes.versions.update(scene_id, version.version_id, { name: 'One' });
  const removed = await scenes.operations(scene_id, [{ op: 'delete', id: 'a' }]);
  expect((await scenes.edits(scene_id)).items.map(({ summary }) => summary)).toEqual(['1 removed', 'first']);
  expect((await scenes.edit(scene_id, removed.edit_id ?? '')).changes).toHaveLength(1);
  expect((await scenes.compare(scene_id, version.version_id)).nodes.removed).toMatchObject([{ id: 'a' }]);
  const restored = await scenes.restore(scene_id, version.version_id);
  expect(Object.keys((await scenes.get(scene_id)).document.nodes)).toEqual(['a']);
  const undone = await scenes.undoEdit(scene_id, restored.edit_id ?? '');
  expect(undone).toMatchObject({ counts: { removed: 1 }, left_alone: [] });
  expect((await scenes.nodeChanges(scene_id, 'a')).items[0]).toMatchObject({ change: 'removed' });
  expect((await scenes.changes(scene_id, { root: 'nodes' })).items).toHaveLength(1);
  const kept = await scenes.versions.get(scene_id, version.version_id);
  expect([kept.name, Object.keys(kept.document.nodes)]).toEqual(['One', ['a']]);
  for await (const each of scenes.versions.all(scene_id, { kind: 'named' })) {
    await scenes.versions.delete(scene_id, each.version_id);
  }
  expect((await scenes.versions.list(scene_id, { kind: 'named' })).items).toEqual([]);
});
