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
